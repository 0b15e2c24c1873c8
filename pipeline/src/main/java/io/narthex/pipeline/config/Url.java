package io.narthex.pipeline.config;

import com.google.re2j.Pattern;
import java.util.Locale;

/**
 * A URL, taken apart as far as configuration checks it. Lenient as Prometheus is: {@code
 * localhost:9090} is one with the scheme {@code localhost}.
 *
 * @param scheme in lower case; may be empty
 * @param host with its port; may be empty
 * @param redacted the text with a password replaced by {@code xxxxx}
 */
record Url(String text, String scheme, String host, String redacted) {
  private static final Pattern SCHEME = Pattern.compile("^([a-zA-Z][a-zA-Z0-9+.-]*):");
  private static final Pattern PORT = Pattern.compile("^(\\[[^\\]]*\\]|[^:]*)(:[0-9]*)?$");

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException if the text is none; the message says so
   */
  static Url parse(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) == 0x7F) {
        throw invalid(text, "control character in URL");
      }
    }
    if (text.startsWith(":")) {
      throw invalid(text, "missing protocol scheme");
    }
    var scheme = SCHEME.matcher(text);
    boolean found = scheme.find();
    int rest = found ? scheme.end() : 0;
    int slash = text.indexOf('/', rest);
    int colon = text.indexOf(':', rest);
    if (!found && colon >= 0 && (slash < 0 || colon < slash)) {
      throw invalid(text, "first path segment in URL cannot contain colon");
    }
    String name = found ? scheme.group(1).toLowerCase(Locale.ROOT) : "";
    if (!text.startsWith("//", rest)) {
      return new Url(text, name, "", text);
    }
    return withAuthority(text, name, rest + 2);
  }

  /** Whether a client of HTTP can use it. */
  boolean isHttp() {
    return scheme.equals("http") || scheme.equals("https");
  }

  private static Url withAuthority(String text, String scheme, int from) {
    int to = from;
    while (to < text.length() && "/?#".indexOf(text.charAt(to)) < 0) {
      to++;
    }
    int at = text.lastIndexOf('@', to - 1);
    int host = at >= from ? at + 1 : from;
    String hostAndPort = text.substring(host, to);
    if (hostAndPort.indexOf(' ') >= 0) {
      throw invalid(text, "invalid character \" \" in host name");
    }
    if (!PORT.matcher(hostAndPort).find()) {
      throw invalid(text, "invalid port in host \"" + hostAndPort + "\"");
    }
    int password = text.indexOf(':', from);
    String redacted =
        at >= from && password >= 0 && password < at
            ? text.substring(0, password + 1) + "xxxxx" + text.substring(at)
            : text;
    return new Url(text, scheme, hostAndPort, redacted);
  }

  private static IllegalArgumentException invalid(String text, String why) {
    return new IllegalArgumentException("parse \"" + text + "\": " + why);
  }
}
