package io.narthex.sinks.wal;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a log from its beginning. Bytes that are no valid frame are skipped up to the next one, so
 * that damage costs the frames it touches and nothing else.
 */
public final class WalReader {
  private static final Logger LOGGER = LoggerFactory.getLogger(WalReader.class);

  private final WalListener listener;
  private final Visitor visitor;
  private final CRC32C crc = new CRC32C();
  private final FrameInput input = new FrameInput();
  private byte[] payload = new byte[64 << 10];

  /** Receives what the log holds. */
  public interface Visitor {
    /** The frames that follow belong to this scope. */
    void beginScope(long scope);

    /**
     * One frame; its input is valid during the call only.
     *
     * @throws IndexOutOfBoundsException if the payload is shorter than it says
     */
    void frame(FrameInput payload);

    /** The scope has no more frames. */
    void endScope();
  }

  private WalReader(Visitor visitor, WalListener listener) {
    this.visitor = visitor;
    this.listener = listener;
  }

  /**
   * Reads all files of a log in order.
   *
   * @throws IOException if a file cannot be read or is of an unknown version
   */
  public static void read(Path directory, Visitor visitor, WalListener listener)
      throws IOException {
    var reader = new WalReader(visitor, listener);
    WalFiles.warnOfOthers(directory);
    reader.readNotes(directory.resolve(WalFiles.NOTES));
    long scope = -1;
    for (var file : WalFiles.list(directory)) {
      if (file.scope() != scope) {
        if (scope >= 0) {
          visitor.endScope();
        }
        scope = file.scope();
        visitor.beginScope(scope);
      }
      reader.readFile(file.path());
    }
    if (scope >= 0) {
      visitor.endScope();
    }
  }

  /** As {@link #read}, and tells what is missing. */
  public static void verify(Path directory, Visitor visitor, WalListener listener)
      throws IOException {
    WalManifest.check(directory, listener);
    read(directory, visitor, listener);
  }

  private void readNotes(Path path) throws IOException {
    if (Files.exists(path) && readFile(path) != NotesContent.END) {
      LOGGER.warn("{}: the end is missing", path);
      listener.missing(path, "its end is missing; metadata and exemplars that it held are lost");
    }
  }

  /**
   * Reads a file.
   *
   * @return kind of its last valid frame; −1 if it has none
   */
  private int readFile(Path path) throws IOException {
    MappedByteBuffer bytes;
    try (var channel = FileChannel.open(path)) {
      bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    }
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    int size = bytes.capacity();
    if (size >= WalCommitter.FILE_HEADER && bytes.getInt(0) == WalCommitter.FILE_MAGIC) {
      checkVersion(path, bytes);
      at = WalCommitter.FILE_HEADER;
    }
    int badFrom = -1;
    int last = -1;
    while (at < size) {
      int length = frameAt(bytes, at);
      if (length >= 0) {
        skipped(path, badFrom, at);
        badFrom = -1;
        last = length == 0 ? -1 : payload[0];
        visit(path, at, length);
        at += FrameBuffer.HEADER + length;
      } else {
        badFrom = badFrom < 0 ? at : badFrom;
        at++;
      }
    }
    skipped(path, badFrom, size);
    return last;
  }

  private void checkVersion(Path path, MappedByteBuffer bytes) throws IOException {
    int version = bytes.getInt(4);
    crc.reset();
    crc.update(bytes.slice(0, 16));
    if ((int) crc.getValue() != bytes.getInt(16)) {
      listener.corrupt(path, 0, WalCommitter.FILE_HEADER);
    } else if (version != WalCommitter.VERSION) {
      throw new IOException(
          path + " has version " + version + "; this build reads " + WalCommitter.VERSION);
    }
  }

  /** Length of the payload of the valid frame at an offset, read into the buffer; or −1. */
  private int frameAt(MappedByteBuffer bytes, int at) {
    if (at + FrameBuffer.HEADER > bytes.capacity() || bytes.getInt(at) != FrameBuffer.MAGIC) {
      return -1;
    }
    int length = bytes.getInt(at + 4);
    if (length < 0 || length > bytes.capacity() - at - FrameBuffer.HEADER) {
      return -1;
    }
    crc.reset();
    crc.update(bytes.slice(at + 4, 4));
    crc.update(bytes.slice(at + FrameBuffer.HEADER, length));
    if ((int) crc.getValue() != bytes.getInt(at + 8)) {
      return -1;
    }
    if (length > payload.length) {
      payload = new byte[Math.max(length, 2 * payload.length)];
    }
    bytes.get(at + FrameBuffer.HEADER, payload, 0, length);
    return length;
  }

  private void visit(Path path, int at, int length) {
    input.reset(payload, length);
    try {
      visitor.frame(input);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      LOGGER.error("{}: the frame at offset {} cannot be understood", path, at, e);
      listener.corrupt(path, at, length);
    }
  }

  private void skipped(Path path, int from, int to) {
    if (from >= 0) {
      LOGGER.warn("{}: no valid frame in bytes {} to {}; they are skipped", path, from, to);
      listener.corrupt(path, from, to - from);
    }
  }
}
