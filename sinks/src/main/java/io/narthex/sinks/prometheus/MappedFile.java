package io.narthex.sinks.prometheus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** A file of Prometheus in memory, read-only. */
record MappedFile(Path path, ByteBuffer bytes) {

  /**
   * Maps a file.
   *
   * @throws TsdbFormatException if it is larger than 2 GiB, or does not begin with {@code magic}
   */
  static MappedFile open(Path path, int magic) throws IOException {
    try (var channel = FileChannel.open(path)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new TsdbFormatException(
            path + " has " + channel.size() + " bytes; files up to 2 GiB can be imported");
      }
      if (channel.size() < Integer.BYTES) {
        throw new TsdbFormatException(path + " is cut off: it has " + channel.size() + " bytes");
      }
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      if (bytes.getInt(0) != magic) {
        throw new TsdbFormatException(
            String.format(
                "%s is not what its name says: it begins with %08x, not with %08x",
                path, bytes.getInt(0), magic));
      }
      return new MappedFile(path, bytes);
    }
  }

  int size() {
    return bytes.limit();
  }

  /**
   * A part of the file, after comparing its checksum with the four bytes behind it.
   *
   * @throws TsdbFormatException if it is not all there, or differs
   */
  ByteBuffer checked(long from, long length) throws IOException {
    if (from < 0 || length < 0 || from + length + Integer.BYTES > size()) {
      throw new TsdbFormatException(
          path + " is cut off: " + length + " bytes should be at offset " + from);
    }
    var part = bytes.slice((int) from, (int) length);
    var crc = new CRC32C();
    crc.update(part.duplicate());
    if ((int) crc.getValue() != bytes.getInt((int) (from + length))) {
      throw new TsdbFormatException(path + " is damaged at offset " + from + ": wrong checksum");
    }
    return part;
  }
}
