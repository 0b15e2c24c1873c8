package io.narthex.operators.rules.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The state of rules as bytes, big-endian; texts and label sets have a length (i32) before them.
 * Alerts and outputs that are the same at several ticks are written once: a number, and if it is
 * the next free one, what it stands for. Of a tick only those rules are written whose state is
 * another one than at the tick before; before the first one, states are empty.
 *
 * <pre>{@code
 * version u8 | groups i32 | { key, name, nextTick i64, nextSampleTime i64, orphans,
 *   rules i32, { key } × rules,
 *   history i32, { tick i64, sampleTime i64, changes } × history, changes } × groups
 *   | from i64 | to i64 | selections i32 | { selector, rows i64 } × selections
 * changes: rules i32, { rule i32, number of alerts i32 [alerts], number of outputs i32 [outputs] } × rules
 * orphans, outputs: count i32 | label sets
 * }</pre>
 *
 * Version 2 is read as well: it named each rule by its key at each tick, and wrote all of them.
 */
public final class RuleSnapshot {
  static final int VERSION = 3;
  static final int NAMED_VERSION = 2;

  private RuleSnapshot() {}

  /** The state as bytes. */
  public static byte[] write(SavedRules state) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      new SnapshotWriter(out).write(state);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a snapshot.
   *
   * @throws UncheckedIOException if the bytes are no snapshot
   */
  public static SavedRules read(byte[] snapshot) {
    try (var in = new DataInputStream(new ByteArrayInputStream(snapshot))) {
      int version = in.readUnsignedByte();
      if (version != VERSION && version != NAMED_VERSION) {
        throw new IOException("rule state of version " + version + ", known is " + VERSION);
      }
      return new SnapshotReader(in, version).read();
    } catch (IOException e) {
      throw new UncheckedIOException("the state of the rules cannot be read", e);
    }
  }
}
