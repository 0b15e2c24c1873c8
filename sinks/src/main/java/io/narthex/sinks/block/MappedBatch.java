package io.narthex.sinks.block;

import io.narthex.sinks.codec.ByteInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One record batch of a mapped file. Buffers are numbered as in the file, validity buffers
 * included. Safe for use by several threads.
 */
final class MappedBatch {
  private static final AtomicLong LAST_ID = new AtomicLong();

  private final long id = LAST_ID.incrementAndGet();
  private final MappedTable table;
  private final int rows;
  private final long[] offsets;
  private final long[] lengths;

  MappedBatch(MappedTable table, int rows, long[] offsets, long[] lengths) {
    this.table = table;
    this.rows = rows;
    this.offsets = offsets;
    this.lengths = lengths;
  }

  /**
   * A number that no other batch of the process has, and never 0: what is kept of a batch is known
   * by it, so that the batch itself, and with it the mapping of its file, can go.
   */
  long id() {
    return id;
  }

  int rows() {
    return rows;
  }

  int byteAt(int buffer, int row) {
    long at = at(buffer, row, 1);
    return table.window(at).get(MappedTable.positionInWindow(at)) & 0xFF;
  }

  int shortAt(int buffer, int row) {
    long at = at(buffer, 2L * row, 2);
    return table.window(at).getShort(MappedTable.positionInWindow(at));
  }

  int intAt(int buffer, int row) {
    long at = at(buffer, 4L * row, 4);
    return table.window(at).getInt(MappedTable.positionInWindow(at));
  }

  long longAt(int buffer, int row) {
    long at = at(buffer, 8L * row, 8);
    return table.window(at).getLong(MappedTable.positionInWindow(at));
  }

  /** An index into a dictionary, of 1, 2 or 4 bytes. */
  int indexAt(int buffer, int row, int width) {
    return switch (width) {
      case 1 -> byteAt(buffer, row);
      case 2 -> shortAt(buffer, row);
      default -> intAt(buffer, row);
    };
  }

  /** Length of a value of variable length, whose offsets are in this buffer. */
  int lengthAt(int offsetsBuffer, int row) {
    return intAt(offsetsBuffer, row + 1) - intAt(offsetsBuffer, row);
  }

  /** A value of variable length, as it lies in the file; its data are in the buffer after. */
  ByteBuffer bytesAt(int offsetsBuffer, int row) {
    int from = intAt(offsetsBuffer, row);
    int length = intAt(offsetsBuffer, row + 1) - from;
    long at = at(offsetsBuffer + 1, from, length);
    return table
        .window(at)
        .slice(MappedTable.positionInWindow(at), length)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Hands a value of variable length to a decoder. */
  void bytesAt(int offsetsBuffer, int row, ByteInput into) {
    int from = intAt(offsetsBuffer, row);
    int length = intAt(offsetsBuffer, row + 1) - from;
    long at = at(offsetsBuffer + 1, from, length);
    table.window(at).get(MappedTable.positionInWindow(at), into.reset(length), 0, length);
  }

  /** The whole buffer of a compressed batch, as it was before. */
  byte[] contents(int buffer) {
    long at = at(buffer, 0, Math.toIntExact(lengths[buffer]));
    return CompressedBuffer.contents(
        table.window(at).slice(MappedTable.positionInWindow(at), (int) lengths[buffer]));
  }

  /** A number of a buffer that is not compressed though the batch is. */
  int plainIntAt(int buffer, int row) {
    long at = at(buffer, CompressedBuffer.PREFIX + 4L * row, 4);
    return table.window(at).getInt(MappedTable.positionInWindow(at));
  }

  String stringAt(int offsetsBuffer, int row) {
    return StandardCharsets.UTF_8.decode(bytesAt(offsetsBuffer, row)).toString();
  }

  /** Where bytes of a buffer lie in the file; they are verified. */
  private long at(int buffer, long offset, int length) {
    if (offset < 0 || length < 0 || offset + length > lengths[buffer]) {
      throw new IndexOutOfBoundsException(
          "bytes " + offset + " to " + (offset + length) + " of a buffer of " + lengths[buffer]);
    }
    long at = offsets[buffer] + offset;
    table.verify(at, length);
    return at;
  }
}
