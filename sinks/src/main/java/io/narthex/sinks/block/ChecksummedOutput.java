package io.narthex.sinks.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Writes a new file from its beginning and sums it up on the way. Confined to one thread. */
final class ChecksummedOutput implements AutoCloseable {
  /**
   * The disk gets the bytes in portions: those of a large file all at once would hold up the log.
   */
  private static final long SYNCED_BYTES = 16 << 20;

  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(FileSummary.CHUNK);
  private final CRC32C crc = new CRC32C();
  private final List<Integer> checksums = new ArrayList<>();
  private long flushed;
  private long synced;

  ChecksummedOutput(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
  }

  long position() {
    return flushed + buffer.position();
  }

  void write(byte[] bytes, int from, int length) throws IOException {
    int at = from;
    int left = length;
    while (left > 0) {
      int part = Math.min(left, buffer.remaining());
      buffer.put(bytes, at, part);
      at += part;
      left -= part;
      if (!buffer.hasRemaining()) {
        flush();
      }
    }
  }

  /** Writes zeros up to a multiple of a power of two. */
  void align(int to) throws IOException {
    byte[] zeros = new byte[(int) (-position() & (to - 1))];
    write(zeros, 0, zeros.length);
  }

  /** Writes what is left and waits until the disk has it. */
  FileSummary finish() throws IOException {
    if (buffer.position() > 0) {
      flush();
    }
    channel.force(true);
    return new FileSummary(flushed, FileSummary.CHUNK, checksums);
  }

  private void flush() throws IOException {
    buffer.flip();
    crc.reset();
    crc.update(buffer.array(), 0, buffer.limit());
    checksums.add((int) crc.getValue());
    while (buffer.hasRemaining()) {
      flushed += channel.write(buffer);
    }
    buffer.clear();
    if (flushed - synced >= SYNCED_BYTES) {
      channel.force(false);
      synced = flushed;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
