package io.narthex.sources.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.DiscoveryConfig.Dns.RecordType;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.sources.discovery.NameServer.Data;
import io.narthex.sources.discovery.NameServer.Reply;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.util.NetUtil;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class DnsDiscoveryTest {
  private static final Duration REFRESH = Duration.ofMillis(50);
  private static final Duration RARELY = Duration.ofHours(1);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(200);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final DiscoveryMetrics metrics = DiscoveryMetrics.of(registry);
  private NameServer server;

  @BeforeEach
  void start() throws Exception {
    server = new NameServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static DiscoveryConfig.Dns config(RecordType type, Duration refresh, String... names) {
    return new DiscoveryConfig.Dns(List.of(names), type, 9100, refresh);
  }

  private Flux<List<TargetGroup>> groups(DiscoveryConfig.Dns config, Duration timeout) {
    var conf = new ResolvConf(List.of(server.address()), List.of(), 1);
    return new DnsDiscovery(config, metrics, () -> conf, timeout).groups();
  }

  private List<TargetGroup> first(RecordType type, String... names) {
    return List.copyOf(groups(config(type, RARELY, names), LONG).blockFirst());
  }

  private static List<String> addresses(List<TargetGroup> groups) {
    return groups.stream().flatMap(group -> group.targets().stream()).toList();
  }

  private double count(String name) {
    return registry.scrape(name::equals).stream()
        .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  private static InetSocketAddress at(String ip) {
    return new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(ip), 53);
  }

  /** Nothing is told while no name could be looked up. */
  private void expectFailuresOnly(Flux<List<TargetGroup>> groups, int failures) {
    var failed =
        Flux.interval(Duration.ofMillis(5))
            .filter(tick -> count("prometheus_sd_dns_lookup_failures") == failures)
            .skip(4); // a moment in which something could be told
    StepVerifier.create(groups.takeUntilOther(failed)).verifyComplete();
  }

  private void awaitFailureAfter(double before) {
    Flux.interval(REFRESH)
        .takeUntil(tick -> count("prometheus_sd_dns_lookup_failures") > before)
        .blockLast();
  }

  @Test
  void srv_records_giveHostPortAndLabels() {
    server.reply(
        "SRV _prometheus._tcp.example.com.",
        Reply.of(Data.srv(9101, "b.example.com"), Data.srv(9100, "a.example.com")));
    assertThat(first(RecordType.SRV, "_prometheus._tcp.example.com"))
        .containsExactly(
            new TargetGroup(
                List.of("a.example.com:9100"),
                Map.of(
                    "__meta_dns_name", "_prometheus._tcp.example.com",
                    "__meta_dns_srv_record_target", "a.example.com.",
                    "__meta_dns_srv_record_port", "9100"),
                "_prometheus._tcp.example.com:0"),
            new TargetGroup(
                List.of("b.example.com:9101"),
                Map.of(
                    "__meta_dns_name", "_prometheus._tcp.example.com",
                    "__meta_dns_srv_record_target", "b.example.com.",
                    "__meta_dns_srv_record_port", "9101"),
                "_prometheus._tcp.example.com:1"));
    assertThat(count("prometheus_sd_dns_lookups")).isEqualTo(1);
    assertThat(count("prometheus_sd_dns_lookup_failures")).isZero();
  }

  @Test
  void srv_targetThatIsOnlyADot_isNone() {
    server.reply("SRV none.example.com.", Reply.of(Data.srv(9100, "")));
    assertThat(first(RecordType.SRV, "none.example.com")).isEmpty();
  }

  @Test
  void a_records_takeThePortAndPassOverAliases() {
    server.reply(
        "A web.example.com.",
        Reply.of(
            Data.named(DnsRecordType.CNAME, "real.example.com"),
            Data.address(DnsRecordType.A, "192.0.2.7")));
    assertThat(first(RecordType.A, "web.example.com."))
        .containsExactly(
            new TargetGroup(
                List.of("192.0.2.7:9100"),
                Map.of("__meta_dns_name", "web.example.com."),
                "web.example.com.:0"));
  }

  @Test
  void aaaa_records_standInBrackets() {
    server.reply("AAAA v6.example.com.", Reply.of(Data.address(DnsRecordType.AAAA, "2001:db8::7")));
    assertThat(addresses(first(RecordType.AAAA, "v6.example.com")))
        .containsExactly("[2001:db8::7]:9100");
  }

  @Test
  void mx_records_giveHostsCompressedOnesToo() {
    server.reply("MX example.com.", Reply.of(Data.mx("mx.example.org"), Data.mxInQuestion("mail")));
    var groups = first(RecordType.MX, "example.com");
    assertThat(addresses(groups)).containsExactly("mail.example.com:9100", "mx.example.org:9100");
    assertThat(groups.get(0).labels())
        .isEqualTo(
            Map.of(
                "__meta_dns_name", "example.com",
                "__meta_dns_mx_record_target", "mail.example.com."));
  }

  @Test
  void ns_records_giveHosts() {
    server.reply("NS example.com.", Reply.of(Data.named(DnsRecordType.NS, "ns1.example.com")));
    var groups = first(RecordType.NS, "example.com");
    assertThat(addresses(groups)).containsExactly("ns1.example.com:9100");
    assertThat(groups.get(0).labels())
        .containsEntry("__meta_dns_ns_record_target", "ns1.example.com.");
  }

  @Test
  void udp_answerCutShort_isAskedForByTcp() {
    server.reply("A many.example.com.", Reply.cutByUdp(Data.address(DnsRecordType.A, "192.0.2.1")));
    assertThat(addresses(first(RecordType.A, "many.example.com")))
        .containsExactly("192.0.2.1:9100");
    assertThat(server.asked())
        .containsExactly("udp A many.example.com.", "tcp A many.example.com.");
  }

  @Test
  void failure_keepsTheTargetsOfThatNameOnly() {
    server.reply("A a.example.com.", Reply.of(Data.address(DnsRecordType.A, "192.0.2.1")));
    server.reply("A b.example.com.", Reply.of(Data.address(DnsRecordType.A, "192.0.2.2")));
    StepVerifier.create(
            groups(config(RecordType.A, REFRESH, "a.example.com", "b.example.com"), LONG))
        .assertNext(
            groups ->
                assertThat(addresses(groups)).containsExactly("192.0.2.1:9100", "192.0.2.2:9100"))
        .then(
            () -> {
              server.reply("A a.example.com.", Reply.error(DnsResponseCode.SERVFAIL));
              server.reply(
                  "A b.example.com.", Reply.of(Data.address(DnsRecordType.A, "192.0.2.3")));
            })
        .assertNext(
            groups ->
                assertThat(addresses(groups)).containsExactly("192.0.2.1:9100", "192.0.2.3:9100"))
        .then(() -> server.reply("A a.example.com.", Reply.error(DnsResponseCode.NXDOMAIN)))
        .assertNext(groups -> assertThat(addresses(groups)).containsExactly("192.0.2.3:9100"))
        .thenCancel()
        .verify();
    assertThat(count("prometheus_sd_dns_lookup_failures")).isPositive();
    assertThat(count("prometheus_sd_dns_lookups"))
        .isGreaterThan(count("prometheus_sd_dns_lookup_failures"));
  }

  @Test
  void silence_keepsTheTargetsAndTheNextServerIsAsked() throws Exception {
    server.reply("A a.example.com.", Reply.of(Data.address(DnsRecordType.A, "192.0.2.1")));
    try (var second = new NameServer()) {
      second.reply("A a.example.com.", Reply.error(DnsResponseCode.REFUSED));
      var conf = new ResolvConf(List.of(server.address(), second.address()), List.of(), 1);
      var discovery =
          new DnsDiscovery(
              config(RecordType.A, REFRESH, "a.example.com"), metrics, () -> conf, SHORT);
      StepVerifier.create(discovery.groups())
          .thenConsumeWhile(List::isEmpty) // a busy machine may not answer in so short a time
          .assertNext(groups -> assertThat(addresses(groups)).containsExactly("192.0.2.1:9100"))
          .then(
              () -> {
                server.reply("A a.example.com.", Reply.silence());
                awaitFailureAfter(count("prometheus_sd_dns_lookup_failures"));
              })
          .then(
              () ->
                  second.reply(
                      "A a.example.com.", Reply.of(Data.address(DnsRecordType.A, "192.0.2.2"))))
          .assertNext(groups -> assertThat(addresses(groups)).containsExactly("192.0.2.2:9100"))
          .thenCancel()
          .verify();
    }
  }

  @Test
  void search_domainsAreTriedInOrderUntilOneHasTheName() {
    server.reply("A db.two.example.", Reply.of(Data.address(DnsRecordType.A, "192.0.2.1")));
    var conf =
        new ResolvConf(
            List.of(server.address()), List.of("one.example", "two.example", "three.example"), 1);
    var discovery = new DnsDiscovery(config(RecordType.A, RARELY, "db"), metrics, () -> conf, LONG);
    var groups = List.copyOf(discovery.groups().blockFirst());
    assertThat(addresses(groups)).containsExactly("192.0.2.1:9100");
    assertThat(groups.get(0).labels()).containsEntry("__meta_dns_name", "db");
    assertThat(server.asked()).containsExactly("udp A db.one.example.", "udp A db.two.example.");
  }

  @Test
  void resolvConf_unreadable_isAFailureOfEachNameAndNoEnd() {
    Callable<ResolvConf> unreadable =
        () -> {
          throw new IOException("gone");
        };
    var discovery =
        new DnsDiscovery(config(RecordType.A, RARELY, "a", "b"), metrics, unreadable, LONG);
    expectFailuresOnly(discovery.groups(), 2);
  }

  @Test
  void name_thatCannotBeOne_isAFailure() {
    expectFailuresOnly(
        groups(config(RecordType.A, RARELY, "x".repeat(64) + ".example.com"), LONG), 1);
  }

  @Test
  void discoveries_ofDns_readTheSystemsResolvConf() {
    var dns = config(RecordType.SRV, RARELY, "x".repeat(64));
    expectFailuresOnly(Discoveries.of(dns, metrics), 1);
    assertThat(count("prometheus_sd_dns_lookups")).isEqualTo(1);
  }

  @Test
  void resolvConf_lines_areReadAsTheSystemDoes() throws UnknownHostException {
    var conf =
        ResolvConf.parse(
            List.of(
                "# comment",
                "; another",
                "",
                "domain old.example",
                "nameserver 192.0.2.53",
                "nameserver\t2001:db8::53 # tail",
                "search a.example b.example.",
                "options rotate ndots:2 timeout:1 ndots:x"));
    assertThat(conf.servers()).containsExactly(at("192.0.2.53"), at("2001:db8::53"));
    assertThat(conf.names("x.y")).containsExactly("x.y.a.example.", "x.y.b.example.", "x.y.");
    assertThat(conf.names("x.y.z"))
        .containsExactly("x.y.z.", "x.y.z.a.example.", "x.y.z.b.example.");
    assertThat(conf.names("x.")).containsExactly("x.");
    assertThat(ResolvConf.parse(List.of()).servers()).containsExactly(at("127.0.0.1"));
    assertThatThrownBy(() -> ResolvConf.parse(List.of("nameserver dns.example")))
        .hasMessage("nameserver dns.example is no IP address");
    assertThatThrownBy(() -> ResolvConf.read(Path.of("/nowhere/resolv.conf")))
        .isInstanceOf(IOException.class);
  }
}
