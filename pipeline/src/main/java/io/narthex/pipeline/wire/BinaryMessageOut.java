package io.narthex.pipeline.wire;

import java.util.ArrayList;
import java.util.List;

/** Protobuf's binary encoding; each message begins with its length. */
final class BinaryMessageOut implements MessageOut {
  private final List<ProtoWriter> levels = new ArrayList<>(List.of(new ProtoWriter()));
  private final List<Integer> fields = new ArrayList<>();
  private final ProtoWriter delimited = new ProtoWriter();

  private ProtoWriter level() {
    return levels.get(fields.size());
  }

  @Override
  public void open(int field, String name) {
    fields.add(field);
    if (levels.size() == fields.size()) {
      levels.add(new ProtoWriter());
    }
    level().clear();
  }

  @Override
  public void close() {
    var inner = level();
    int field = fields.remove(fields.size() - 1);
    level().message(field, inner);
  }

  @Override
  public void text(int field, String name, String value) {
    level().text(field, value);
  }

  @Override
  public void float64(int field, String name, double value) {
    level().float64(field, value);
  }

  @Override
  public void integer(int field, String name, long value) {
    level().rawVarint((long) field << 3 | ProtoReader.VARINT);
    level().rawVarint(value);
  }

  @Override
  public void signed(int field, String name, int value) {
    integer(field, name, (value << 1 ^ value >> 31) & 0xFFFF_FFFFL);
  }

  @Override
  public void symbol(int field, String name, int number, String symbol) {
    integer(field, name, number);
  }

  @Override
  public byte[] take() {
    var whole = level();
    delimited.clear();
    delimited.rawVarint(whole.size());
    delimited.raw(whole.bytes(), 0, whole.size());
    whole.clear();
    return delimited.toByteArray();
  }
}
