package io.narthex.sinks.prometheus;

import io.narthex.pipeline.model.Labels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The index of a block, read from its first series to its last. */
final class TsdbIndex {
  private static final int MAGIC = 0xBAAAD700;
  private static final int VERSION = 2;
  private static final int TABLE_OF_CONTENTS = 6 * Long.BYTES;
  private static final int ALIGNMENT = 16;

  private final MappedFile file;
  private final String[] symbols;
  private final long seriesEnd;
  private long at;
  private long reference;
  private Labels labels = Labels.EMPTY;
  private long[] chunks = new long[16];
  private int chunkCount;

  private TsdbIndex(MappedFile file, String[] symbols, long seriesFrom, long seriesEnd) {
    this.file = file;
    this.symbols = symbols;
    this.at = seriesFrom;
    this.seriesEnd = seriesEnd;
  }

  /**
   * Opens an index.
   *
   * @throws TsdbFormatException if it is not of version 2, or damaged
   */
  static TsdbIndex open(Path path) throws IOException {
    var file = MappedFile.open(path, MAGIC);
    if (file.size() < 5 + TABLE_OF_CONTENTS + Integer.BYTES) {
      throw new TsdbFormatException(path + " is cut off: it has " + file.size() + " bytes");
    }
    int version = file.bytes().get(4);
    if (version != VERSION) {
      throw new TsdbFormatException(
          path + " is an index of version " + version + "; blocks of version 2 can be imported");
    }
    var contents =
        file.checked((long) file.size() - TABLE_OF_CONTENTS - Integer.BYTES, TABLE_OF_CONTENTS);
    long symbolsFrom = contents.getLong();
    long seriesFrom = contents.getLong();
    long seriesEnd = (long) file.size() - TABLE_OF_CONTENTS - Integer.BYTES;
    while (contents.hasRemaining()) {
      long section = contents.getLong();
      if (section > seriesFrom) {
        seriesEnd = Math.min(seriesEnd, section);
      }
    }
    return new TsdbIndex(file, symbols(file, symbolsFrom), seriesFrom, seriesEnd);
  }

  private static String[] symbols(MappedFile file, long from) throws IOException {
    if (from < 0 || from + Integer.BYTES > file.size()) {
      throw new TsdbFormatException(file.path() + " has its symbols at " + from);
    }
    var in =
        file.checked(from + Integer.BYTES, Integer.toUnsignedLong(file.bytes().getInt((int) from)));
    int count = in.getInt();
    if (count < 0 || count > in.remaining()) {
      throw new TsdbFormatException(file.path() + " claims to have " + count + " symbols");
    }
    var symbols = new String[count];
    for (int i = 0; i < count; i++) {
      var text = new byte[Varints.length(in)];
      in.get(text);
      symbols[i] = new String(text, StandardCharsets.UTF_8);
    }
    return symbols;
  }

  /** Moves to the next series; false after the last. */
  boolean next() throws IOException {
    at = (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (at >= seriesEnd) {
      return false;
    }
    var head = file.bytes().duplicate().position((int) at);
    long length = Varints.unsigned(head);
    if (length == 0) { // padding before the next section
      return false;
    }
    var in = file.checked(head.position(), length);
    reference = at / ALIGNMENT;
    at = head.position() + length + Integer.BYTES;
    labels = labels(in);
    readChunks(in);
    return true;
  }

  private Labels labels(ByteBuffer in) {
    var builder = Labels.builder();
    for (long left = Varints.unsigned(in); left > 0; left--) {
      builder.set(symbol(in), symbol(in));
    }
    return builder.build();
  }

  private String symbol(ByteBuffer in) {
    return symbols[Math.toIntExact(Varints.unsigned(in))];
  }

  private void readChunks(ByteBuffer in) {
    chunkCount = 0;
    long chunk = 0;
    for (long left = Varints.unsigned(in); left > 0; left--) {
      boolean first = chunkCount == 0;
      if (first) {
        Varints.signed(in); // time of the first sample
      } else {
        Varints.unsigned(in);
      }
      Varints.unsigned(in); // time of the last sample
      chunk = first ? Varints.unsigned(in) : chunk + Varints.signed(in);
      if (chunkCount == chunks.length) {
        chunks = Arrays.copyOf(chunks, 2 * chunkCount);
      }
      chunks[chunkCount++] = chunk;
    }
  }

  /** Number of the series, by which tombstones name it. */
  long reference() {
    return reference;
  }

  Labels labels() {
    return labels;
  }

  int chunkCount() {
    return chunkCount;
  }

  /** Where a chunk lies: file in the upper half, offset in the lower. */
  long chunk(int index) {
    return chunks[index];
  }

  /** Share of the series read, from 0 to 1. */
  double progress() {
    return (double) at / Math.max(1, seriesEnd);
  }
}
