package io.narthex.sinks.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.zip.CRC32C;
import org.roaringbitmap.RoaringBitmap;

/**
 * The file {@code tombstones} in a block's folder; big-endian.
 *
 * <pre>{@code
 * magic u32 "NXDL" | version u32 | count u32 | { from i64, to i64, Roaring bitmap in its portable format } × count
 * | crc32c of all before u32
 * }</pre>
 */
final class DeletionFile {
  static final String NAME = "tombstones";

  private static final int MAGIC = 0x4E58444C;
  private static final int VERSION = 1;

  private DeletionFile() {}

  /**
   * Reads what was deleted from a block; nothing if it has no such file.
   *
   * @throws IOException if the file is damaged; the message names it
   */
  static Deletions read(Path folder) throws IOException {
    var file = folder.resolve(NAME);
    if (Files.notExists(file)) {
      return Deletions.NONE;
    }
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < 16
        || checksum(bytes, bytes.length - 4) != ByteBuffer.wrap(bytes).getInt(bytes.length - 4)) {
      throw new IOException(file + " is damaged: its checksum does not hold");
    }
    var in = new DataInputStream(new ByteArrayInputStream(bytes));
    if (in.readInt() != MAGIC || in.readInt() != VERSION) {
      throw new IOException(file + " is no list of deletions of version " + VERSION);
    }
    var entries = new ArrayList<Deletions.Entry>();
    for (int left = in.readInt(); left > 0; left--) {
      long from = in.readLong();
      long to = in.readLong();
      var series = new RoaringBitmap();
      series.deserialize(in);
      entries.add(new Deletions.Entry(series, from, to));
    }
    return new Deletions(entries);
  }

  /** Replaces the file; it is durable when this returns. */
  static void write(Path folder, Deletions deletions) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    out.writeInt(deletions.entries().size());
    for (var entry : deletions.entries()) {
      out.writeLong(entry.from());
      out.writeLong(entry.to());
      entry.series().serialize(out);
    }
    out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
    var aside = folder.resolve(NAME + ".tmp");
    try (var channel =
        FileChannel.open(
            aside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var left = ByteBuffer.wrap(bytes.toByteArray());
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
    Files.move(aside, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    try (var directory = FileChannel.open(folder)) {
      directory.force(true);
    }
  }

  private static int checksum(byte[] bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
