package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.Names;
import org.jspecify.annotations.Nullable;

/**
 * How names that are not legacy names are written for clients that know only legacy names. Source:
 * the Prometheus escaping schemes, part of content negotiation.
 */
public enum NameEscaping {
  /** Names stay as they are. */
  ALLOW_UTF_8("allow-utf-8"),
  /** Every other character becomes an underscore; cannot be undone. */
  UNDERSCORES("underscores"),
  /** Dots become {@code _dot_}, underscores and all else two underscores. */
  DOTS("dots"),
  /** {@code U__}, then characters as their hexadecimal code points between underscores. */
  VALUES("values");

  private static final String VALUES_PREFIX = "U__";

  private final String text;

  NameEscaping(String text) {
    this.text = text;
  }

  /** The name in headers and configuration files. */
  public String text() {
    return text;
  }

  /** The scheme of that name; null if there is none. */
  public static @Nullable NameEscaping named(String text) {
    for (var scheme : values()) {
      if (scheme.text.equals(text)) {
        return scheme;
      }
    }
    return null;
  }

  /** The name as a legacy name. */
  public String escape(String name) {
    if (name.isEmpty() || this == ALLOW_UTF_8 || (this != DOTS && Names.isLegacyMetricName(name))) {
      return name;
    }
    var out = new StringBuilder(this == VALUES ? VALUES_PREFIX : "");
    for (int i = 0; i < name.length(); ) {
      int c = name.codePointAt(i);
      boolean first = i == 0;
      i += Character.charCount(c);
      if (c == '_' && this != UNDERSCORES) {
        out.append("__");
      } else if (c == '.' && this == DOTS) {
        out.append("_dot_");
      } else if (isLegacy(c, first)) {
        out.append((char) c);
      } else {
        out.append(replacement(c));
      }
    }
    return out.toString();
  }

  /** Undoes {@link #escape} where that is possible; a name not so escaped stays as it is. */
  public String unescape(String name) {
    return switch (this) {
      case ALLOW_UTF_8, UNDERSCORES -> name;
      case DOTS -> name.replace("_dot_", ".").replace("__", "_");
      case VALUES -> unescapeValues(name);
    };
  }

  private String replacement(int c) {
    return switch (this) {
      case UNDERSCORES -> "_";
      case DOTS -> "__";
      default ->
          "_"
              + (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE
                  ? "FFFD"
                  : Integer.toHexString(c))
              + "_";
    };
  }

  private static boolean isLegacy(int c, boolean first) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || c == ':'
        || (c >= '0' && c <= '9' && !first);
  }

  private static String unescapeValues(String name) {
    if (!name.startsWith(VALUES_PREFIX)) {
      return name;
    }
    var out = new StringBuilder();
    for (int i = VALUES_PREFIX.length(); i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '_') {
        out.append(c);
        continue;
      }
      int close = name.indexOf('_', i + 1);
      if (close == i + 1) {
        out.append('_');
      } else {
        int code = close < 0 ? -1 : codePoint(name, i + 1, close);
        if (code < 0) {
          return name;
        }
        out.appendCodePoint(code);
      }
      i = close;
    }
    return out.toString();
  }

  /** The code point written in {@code name[from, to)}; −1 if it is none. */
  private static int codePoint(String name, int from, int to) {
    if (to - from > 6) {
      return -1;
    }
    int code = 0;
    for (int i = from; i < to; i++) {
      char c = name.charAt(i);
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return -1;
      }
      code = 16 * code + digit;
    }
    boolean valid = code <= Character.MAX_CODE_POINT && (code < 0xD800 || code > 0xDFFF);
    return valid ? code : -1;
  }
}
