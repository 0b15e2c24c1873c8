package io.narthex.pipeline.wire;

/** Fields of a Protobuf message, in one of Protobuf's encodings. Confined to one thread. */
interface MessageOut {

  /** Begins a field that is a message; the fields up to the matching {@link #close} are its. */
  void open(int field, String name);

  void close();

  void text(int field, String name, String value);

  void float64(int field, String name, double value);

  /** A field of a number that is not negative; zero is written as well. */
  void integer(int field, String name, long value);

  /** A field of type {@code sint32}; zero is written as well. */
  void signed(int field, String name, int value);

  void symbol(int field, String name, int number, String symbol);

  /** What was written since the last call, as a message of its own. */
  byte[] take();
}
