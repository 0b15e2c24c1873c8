package io.narthex.sources.discovery;

import io.narthex.pipeline.config.DiscoveryConfig.Dns.RecordType;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsServerAddresses;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpResources;

/**
 * Asks name servers, first by UDP, then by TCP if the answer is cut short. Keeps no answers: each
 * lookup asks. Open until closed.
 */
final class DnsLookup implements AutoCloseable {
  private static final InetSocketAddress LOCAL =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 53);

  private final DnsNameResolver resolver;

  /** What a server says about a full name. */
  private sealed interface Answer {
    /** It exists; there may be no records of the type. */
    record Found(List<DnsTarget> targets) implements Answer {}

    /** It does not exist. */
    record Absent() implements Answer {}

    /** Nothing to rely on. */
    record Failed(String reason) implements Answer {}
  }

  /** Blocks for the moment in which the resolver's classes are loaded. */
  DnsLookup(Duration timeout) {
    var loops = HttpResources.get();
    var group = loops.onClient(true);
    resolver =
        new DnsNameResolverBuilder(group.next())
            .datagramChannelType(loops.onChannelClass(DatagramChannel.class, group))
            .socketChannelType(loops.onChannelClass(SocketChannel.class, group))
            // A port for each question, so that answers are hard to forge; none is held meanwhile.
            .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
            // Which server is asked, and by which full name, is said with each question.
            .nameServerProvider(host -> DnsServerAddresses.singleton(LOCAL).stream())
            .searchDomains(List.of())
            .ndots(1)
            .queryTimeoutMillis(timeout.toMillis())
            .build();
  }

  /**
   * Looks a name up. The first of its full names that exists counts. None if servers agree that
   * there is no such name.
   *
   * @return fails if no server gave a reliable answer for one of the full names and none of the
   *     others exists: then nobody knows what there is
   */
  Mono<List<DnsTarget>> targets(String name, RecordType type, ResolvConf conf) {
    return Flux.fromIterable(conf.names(name))
        .concatMap(full -> answer(full, type, conf.servers()), 1)
        .takeUntil(answer -> answer instanceof Answer.Found)
        .collectList()
        .map(DnsLookup::targets);
  }

  private static List<DnsTarget> targets(List<Answer> answers) {
    if (answers.get(answers.size() - 1) instanceof Answer.Found found) {
      return found.targets();
    }
    String reasons =
        answers.stream()
            .filter(answer -> answer instanceof Answer.Failed)
            .map(answer -> ((Answer.Failed) answer).reason())
            .collect(Collectors.joining("; "));
    if (!reasons.isEmpty()) {
      throw new IllegalStateException(reasons);
    }
    return List.of();
  }

  /** Asks servers one after the other, until one answers reliably. */
  private Mono<Answer> answer(String name, RecordType type, List<InetSocketAddress> servers) {
    return Flux.fromIterable(servers)
        .concatMap(server -> ask(server, name, type), 1)
        .takeUntil(answer -> !(answer instanceof Answer.Failed))
        .last();
  }

  /** Never fails, so that an answer after cancelling is dropped without noise. */
  private Mono<Answer> ask(InetSocketAddress server, String name, RecordType type) {
    return Mono.create(
        sink -> {
          DnsQuestion question;
          try {
            question = new DefaultDnsQuestion(name, DnsRecordType.valueOf(type.name()));
          } catch (IllegalArgumentException e) {
            sink.success(new Answer.Failed(name + " is no name: " + e.getMessage()));
            return;
          }
          resolver
              .query(server, question)
              .addListener(
                  (Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> asked) ->
                      sink.success(answer(asked, server, name, type)));
        });
  }

  private static Answer answer(
      Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> asked,
      InetSocketAddress server,
      String name,
      RecordType type) {
    String place = name + " at " + server + ": ";
    if (!asked.isSuccess()) {
      return new Answer.Failed(place + asked.cause());
    }
    var envelope = asked.getNow();
    try {
      var response = envelope.content();
      if (response.isTruncated()) {
        return new Answer.Failed(place + "the answer is cut short, by TCP as well");
      }
      if (response.code().equals(DnsResponseCode.NOERROR)) {
        return new Answer.Found(DnsTarget.read(response, type));
      }
      return response.code().equals(DnsResponseCode.NXDOMAIN)
          ? new Answer.Absent()
          : new Answer.Failed(place + response.code());
    } catch (RuntimeException e) { // whatever reading a malformed record may throw
      return new Answer.Failed(place + "malformed answer: " + e);
    } finally {
      envelope.release();
    }
  }

  @Override
  public void close() {
    resolver.close();
  }
}
