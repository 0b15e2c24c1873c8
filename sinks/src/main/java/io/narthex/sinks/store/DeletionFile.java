package io.narthex.sinks.store;

import io.narthex.sinks.wal.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.roaringbitmap.RoaringBitmap;

/**
 * The file {@code tombstones} in a block's folder; little-endian.
 *
 * <pre>{@code
 * magic u32 "NXDL" | version u32 | count u32 | { id u64, from i64, to i64, length u32, Roaring bitmap in its portable format } × count
 * | crc32c of all before u32
 * }</pre>
 */
final class DeletionFile {
  static final String NAME = "tombstones";

  private static final int MAGIC = 0x4C44584E; // "NXDL"
  private static final int VERSION = 2;

  /** Had no numbers of deletions. */
  private static final int FIRST_VERSION = 1;

  private DeletionFile() {}

  /**
   * Reads what was deleted from a block; nothing if it has no such file.
   *
   * @throws IOException if the file is damaged; the message names it
   */
  static List<Deletions.Entry> read(Path folder) throws IOException {
    var file = folder.resolve(NAME);
    if (Files.notExists(file)) {
      return List.of();
    }
    var in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int end = in.capacity() - 4;
    if (end < 12 || checksum(in, end) != in.getInt(end)) {
      throw new IOException(file + " is damaged: its checksum does not hold");
    }
    int magic = in.getInt();
    int version = in.getInt();
    if (magic != MAGIC || (version != VERSION && version != FIRST_VERSION)) {
      throw new IOException(file + " is no list of deletions of version " + VERSION);
    }
    var entries = new ArrayList<Deletions.Entry>();
    for (int left = in.getInt(); left > 0; left--) {
      long id = version == FIRST_VERSION ? 0 : in.getLong();
      long from = in.getLong();
      long to = in.getLong();
      int length = in.getInt();
      var series = new RoaringBitmap();
      series.deserialize(in.slice(in.position(), length));
      in.position(in.position() + length);
      entries.add(new Deletions.Entry(id, series, from, to));
    }
    return entries;
  }

  /** Replaces the file; it is durable when this returns. */
  static void write(Path folder, List<Deletions.Entry> entries) throws IOException {
    DurableFile.replace(folder.resolve(NAME), encode(entries));
  }

  private static byte[] encode(List<Deletions.Entry> entries) {
    int size = 16;
    for (var entry : entries) {
      size += 28 + entry.series().serializedSizeInBytes();
    }
    var out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(VERSION).putInt(entries.size());
    for (var entry : entries) {
      int length = entry.series().serializedSizeInBytes();
      out.putLong(entry.id()).putLong(entry.from()).putLong(entry.to()).putInt(length);
      entry.series().serialize(out.slice(out.position(), length));
      out.position(out.position() + length);
    }
    return out.putInt(checksum(out, out.position())).array();
  }

  private static int checksum(ByteBuffer bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes.slice(0, length));
    return (int) crc.getValue();
  }
}
