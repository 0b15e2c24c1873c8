package io.narthex.sinks.prometheus;

import com.github.luben.zstd.ZstdInputStream;
import io.narthex.pipeline.wire.SnappyBlock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** The segments of a log of Prometheus, the newest checkpoint before them, as a row of records. */
final class WalFolder {
  private static final Pattern SEGMENT = Pattern.compile("\\d{6,}");
  private static final Pattern CHECKPOINT = Pattern.compile("checkpoint\\.(\\d{6,})");
  private static final int PAGE = 32 << 10;
  private static final int HEADER = 7;
  private static final int TYPE_MASK = 7;
  private static final int SNAPPY = 8;
  private static final int ZSTD = 16;
  private static final int FULL = 1;
  private static final int FIRST = 2;
  private static final int LAST = 4;
  private static final int MAX_RECORD = 512 << 20;

  /** Takes records. */
  interface Records {
    void take(ByteBuffer record) throws IOException;
  }

  private WalFolder() {}

  /** Files in the order in which they are to be read. */
  static List<Path> segments(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Path> children;
    try (Stream<Path> found = Files.list(folder)) {
      children = found.sorted().toList();
    }
    var files = new ArrayList<Path>();
    long after = -1;
    for (var child : children) {
      var checkpoint = CHECKPOINT.matcher(child.getFileName().toString());
      if (checkpoint.matches() && Long.parseLong(checkpoint.group(1)) > after) {
        after = Long.parseLong(checkpoint.group(1));
        files.clear();
        files.addAll(segments(child));
      }
    }
    for (var child : children) {
      var name = child.getFileName().toString();
      if (SEGMENT.matcher(name).matches() && Long.parseLong(name) > after) {
        files.add(child);
      }
    }
    return files;
  }

  /**
   * Reads a segment.
   *
   * @param last whether its last record may be cut off, as a kill leaves it
   * @throws TsdbFormatException where it is damaged; records before that were handed over
   */
  static void read(Path file, boolean last, Records records) throws IOException {
    var bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    var parts = new ByteArrayOutputStream();
    int at = 0;
    while (at < bytes.limit()) {
      int pageEnd = (int) Math.min(bytes.limit(), (at / PAGE + 1L) * PAGE);
      int type = bytes.get(at);
      if ((type & TYPE_MASK) == 0) { // the rest of the page is empty
        at = pageEnd;
        continue;
      }
      if (at + HEADER > pageEnd || at + HEADER + (bytes.getShort(at + 1) & 0xFFFF) > pageEnd) {
        if (last && pageEnd == bytes.limit()) {
          return;
        }
        throw damage(file, at, "a record runs past its page");
      }
      int length = bytes.getShort(at + 1) & 0xFFFF;
      var part = bytes.slice(at + HEADER, length);
      var crc = new CRC32C();
      crc.update(part.duplicate());
      if ((int) crc.getValue() != bytes.getInt(at + 3)) {
        throw damage(file, at, "wrong checksum");
      }
      int kind = type & TYPE_MASK;
      if (kind == FULL || kind == FIRST) {
        parts.reset();
      }
      if (parts.size() + length > MAX_RECORD) {
        throw damage(file, at, "a record of more than 512 MiB");
      }
      parts.write(bytes.array(), at + HEADER, length);
      if (kind == FULL || kind == LAST) {
        hand(file, at, type, parts.toByteArray(), records);
        parts.reset();
      }
      at += HEADER + length;
    }
  }

  private static void hand(Path file, int at, int type, byte[] bytes, Records records)
      throws IOException {
    try {
      records.take(ByteBuffer.wrap(unpack(type, bytes)));
    } catch (RuntimeException e) {
      throw damage(file, at, "a malformed record: " + e);
    }
  }

  private static byte[] unpack(int type, byte[] bytes) throws IOException {
    if ((type & SNAPPY) != 0) {
      return SnappyBlock.decompress(bytes, 0, bytes.length, MAX_RECORD);
    }
    if ((type & ZSTD) != 0) {
      try (var in = new ZstdInputStream(new ByteArrayInputStream(bytes))) {
        return in.readNBytes(MAX_RECORD);
      }
    }
    return bytes;
  }

  private static TsdbFormatException damage(Path file, int at, String what) {
    return new TsdbFormatException(
        file + " is damaged at offset " + at + " (" + what + "); the rest of it is not imported");
  }
}
