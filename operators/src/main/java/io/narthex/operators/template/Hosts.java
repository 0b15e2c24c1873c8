package io.narthex.operators.template;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Hosts and ports as in addresses of targets. */
final class Hosts {
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\\.(?=[0-9])|$)){4}");
  private static final Pattern GROUP = Pattern.compile("[0-9a-fA-F]{1,4}");

  private Hosts() {}

  private record HostPort(String host, String port) {}

  /** The host; the text itself if there is no port. */
  static String withoutPort(String text) {
    HostPort parts = split(text);
    return parts == null ? text : parts.host;
  }

  /** The first label of a host's name, with the port; addresses stay. */
  static String withoutDomain(String text) {
    HostPort parts = split(text);
    String host = parts == null ? text : parts.host;
    if (isAddress(host)) {
      return text;
    }
    int dot = host.indexOf('.');
    String label = dot < 0 ? host : host.substring(0, dot);
    if (parts == null || parts.port.isEmpty()) {
      return label;
    }
    boolean colon = label.indexOf(':') >= 0 || label.indexOf('%') >= 0;
    return (colon ? "[" + label + "]" : label) + ":" + parts.port;
  }

  /** Host and port; null if there is no port or it is not clear where the host ends. */
  private static @Nullable HostPort split(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      return null;
    }
    String port = text.substring(colon + 1);
    if (!text.startsWith("[")) {
      String host = text.substring(0, colon);
      boolean odd = host.indexOf(':') >= 0 || text.indexOf('[') >= 0 || text.indexOf(']') >= 0;
      return odd ? null : new HostPort(host, port);
    }
    int close = text.indexOf(']');
    boolean odd =
        close < 0
            || close + 1 != colon
            || text.indexOf('[', 1) >= 0
            || text.indexOf(']', close + 1) >= 0;
    return odd ? null : new HostPort(text.substring(1, close), port);
  }

  private static boolean isAddress(String host) {
    return IPV4.matcher(host).matches() || isIpv6(host);
  }

  private static boolean isIpv6(String host) {
    if (host.indexOf(':') < 0) {
      return false;
    }
    String text = host;
    int lastColon = host.lastIndexOf(':');
    if (IPV4.matcher(host.substring(lastColon + 1)).matches()) {
      text = host.substring(0, lastColon + 1) + "0:0";
    }
    int gap = text.indexOf("::");
    if (gap < 0) {
      return groups(text) == 8;
    }
    int before = gap == 0 ? 0 : groups(text.substring(0, gap));
    String rest = text.substring(gap + 2);
    int after = rest.isEmpty() ? 0 : groups(rest);
    return before >= 0 && after >= 0 && before + after <= 7;
  }

  /** How many groups of hexadecimal digits; −1 if something else is among them. */
  private static int groups(String text) {
    String[] groups = text.split(":", -1);
    for (String group : groups) {
      if (!GROUP.matcher(group).matches()) {
        return -1;
      }
    }
    return groups.length;
  }
}
