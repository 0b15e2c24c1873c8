package io.narthex.sources.discovery;

import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.DiscoveryConfig.Dns.RecordType;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A record that says where a target is.
 *
 * @param host a name with the dot at its end, or an IP address
 * @param port of SRV records, 0 for others
 */
record DnsTarget(String host, int port) implements Comparable<DnsTarget> {
  /** The label with the name of the configuration. */
  static final String NAME_LABEL = "__meta_dns_name";

  /**
   * The records of a type among the answers, in order and each once, as servers shuffle them.
   * Others are passed over: what is asked for may stand behind a CNAME.
   *
   * @throws RuntimeException if a record is malformed
   */
  static List<DnsTarget> read(DnsResponse response, RecordType type) {
    var found = new TreeSet<DnsTarget>();
    var wanted = DnsRecordType.valueOf(type.name());
    for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
      var record = response.recordAt(DnsSection.ANSWER, i);
      if (record.type().equals(wanted) && record instanceof DnsRawRecord raw) {
        var parsed = parse(raw.content().duplicate(), type);
        // A lone dot says that there is no such service (RFC 2782, RFC 7505).
        if (!parsed.host().equals(".")) {
          found.add(parsed);
        }
      }
    }
    return new ArrayList<>(found);
  }

  private static DnsTarget parse(ByteBuf content, RecordType type) {
    switch (type) {
      case A, AAAA -> {
        try {
          var address = InetAddress.getByAddress(ByteBufUtil.getBytes(content));
          return new DnsTarget(NetUtil.toAddressString(address), 0);
        } catch (UnknownHostException e) {
          throw new IllegalArgumentException("an address record with an odd number of bytes", e);
        }
      }
      case SRV -> {
        content.skipBytes(2 * Short.BYTES); // priority and weight
        int port = content.readUnsignedShort();
        return new DnsTarget(DefaultDnsRecordDecoder.decodeName(content), port);
      }
      case MX -> content.skipBytes(Short.BYTES); // preference
      case NS -> {}
    }
    return new DnsTarget(DefaultDnsRecordDecoder.decodeName(content), 0);
  }

  /** Targets, each in a group of its own as labels tell them apart. */
  static List<TargetGroup> groups(
      List<DnsTarget> records, String name, DiscoveryConfig.Dns config) {
    var groups = new ArrayList<TargetGroup>();
    for (var record : records) {
      String host = record.host().replaceAll("\\.+$", "");
      int port = config.type() == RecordType.SRV ? record.port() : config.port();
      String address = (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
      groups.add(
          new TargetGroup(
              List.of(address), record.labels(name, config.type()), name + ":" + groups.size()));
    }
    return List.copyOf(groups);
  }

  private Map<String, String> labels(String name, RecordType type) {
    return switch (type) {
      case SRV ->
          Map.of(
              NAME_LABEL,
              name,
              "__meta_dns_srv_record_target",
              host,
              "__meta_dns_srv_record_port",
              String.valueOf(port));
      case MX -> Map.of(NAME_LABEL, name, "__meta_dns_mx_record_target", host);
      case NS -> Map.of(NAME_LABEL, name, "__meta_dns_ns_record_target", host);
      case A, AAAA -> Map.of(NAME_LABEL, name);
    };
  }

  @Override
  public int compareTo(DnsTarget other) {
    int byHost = host.compareTo(other.host);
    return byHost != 0 ? byHost : Integer.compare(port, other.port);
  }
}
