package io.narthex.pipeline.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Protobuf's text encoding: a field in a line, or all fields of a message in one line. Source: the
 * text format language specification of Protocol Buffers.
 */
final class TextMessageOut implements MessageOut {
  private final boolean compact;
  private final StringBuilder text = new StringBuilder();
  private int depth;

  TextMessageOut(boolean compact) {
    this.compact = compact;
  }

  @Override
  public void open(int field, String name) {
    begin(name).append('{');
    depth++;
    endLine();
  }

  @Override
  public void close() {
    depth--;
    indent();
    text.append('}');
    endLine();
  }

  @Override
  public void text(int field, String name, String value) {
    begin(name).append('"');
    value.codePoints().forEach(this::character);
    text.append('"');
    endLine();
  }

  @Override
  public void float64(int field, String name, double value) {
    begin(name);
    if (Double.isNaN(value)) {
      text.append("nan");
    } else if (Double.isInfinite(value)) {
      text.append(value > 0 ? "inf" : "-inf");
    } else {
      text.append(DoubleText.general(value));
    }
    endLine();
  }

  @Override
  public void integer(int field, String name, long value) {
    begin(name).append(value);
    endLine();
  }

  @Override
  public void signed(int field, String name, int value) {
    integer(field, name, value);
  }

  @Override
  public void symbol(int field, String name, int number, String symbol) {
    begin(name).append(symbol);
    endLine();
  }

  /** The message and an empty line or, if compact, its line. */
  @Override
  public byte[] take() {
    byte[] message = text.append('\n').toString().getBytes(UTF_8);
    text.setLength(0);
    return message;
  }

  private StringBuilder begin(String name) {
    if (compact && !text.isEmpty() && text.charAt(text.length() - 1) != '{') {
      text.append(' ');
    }
    indent();
    return text.append(name).append(compact ? ":" : ": ");
  }

  private void indent() {
    for (int i = 0; !compact && i < depth; i++) {
      text.append("  ");
    }
  }

  private void endLine() {
    if (!compact) {
      text.append('\n');
    }
  }

  private void character(int codePoint) {
    switch (codePoint) {
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      default -> {
        if (codePoint < ' ' || codePoint == 0x7F) {
          escaped("\\x", 2, codePoint);
        } else if (codePoint > 0x7F && codePoint <= 0x9F) {
          escaped("\\u", 4, codePoint);
        } else {
          text.appendCodePoint(codePoint);
        }
      }
    }
  }

  private void escaped(String prefix, int digits, int codePoint) {
    text.append(prefix);
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      text.append(Character.forDigit(codePoint >> shift & 0xF, 16));
    }
  }
}
