package io.narthex.sinks.block;

import io.narthex.sinks.codec.ByteOutput;

/** A column of values of variable length under construction. Confined to one thread. */
final class BinaryColumn {
  private final ByteOutput offsets = new ByteOutput(1 << 10);
  private final ByteOutput data = new ByteOutput(1 << 12);

  BinaryColumn() {
    offsets.writeInt(0);
  }

  /** Where the next value is written; {@link #end()} completes it. */
  ByteOutput data() {
    return data;
  }

  void end() {
    offsets.writeInt(data.size());
  }

  int sizeInBytes() {
    return data.size();
  }

  void clear() {
    data.clear();
    offsets.truncate(4);
  }

  Slice offsets() {
    return Slice.of(offsets);
  }

  Slice bytes() {
    return Slice.of(data);
  }
}
