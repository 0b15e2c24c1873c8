package io.narthex.pipeline.wire;

/**
 * Texts as JSON strings. Source: RFC 8259, section 7. For small messages; half a surrogate pair is
 * left as it is.
 */
public final class JsonString {
  private JsonString() {}

  /** Appends the text in quotes. */
  public static void append(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  /** The text in quotes. */
  public static String of(String text) {
    var out = new StringBuilder(text.length() + 2);
    append(out, text);
    return out.toString();
  }
}
