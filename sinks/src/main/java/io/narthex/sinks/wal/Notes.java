package io.narthex.sinks.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The file {@code notes} of a log: frames that stay when the log is cut, since no block holds what
 * they say. It is replaced as a whole; its last frame is {@link NotesContent#END}.
 */
final class Notes {
  private Notes() {}

  /** Writes the file; it is durable when this returns. */
  static void write(Path directory, NotesContent content) throws IOException {
    var aside = directory.resolve(WalFiles.NOTES + ".tmp");
    var frames = new FrameBuffer();
    try (var channel =
        FileChannel.open(
            aside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      put(channel, ByteBuffer.wrap(WalCommitter.fileHeader(0)));
      boolean more = true;
      while (more) {
        frames.clear();
        more = content.next(frames);
        if (!more) {
          frames.begin();
          frames.putByte(NotesContent.END);
          frames.end();
        }
        put(channel, ByteBuffer.wrap(frames.bytes(), 0, frames.size()));
      }
      channel.force(true);
    }
    Files.move(aside, directory.resolve(WalFiles.NOTES), StandardCopyOption.ATOMIC_MOVE);
    WalFiles.sync(directory);
  }

  private static void put(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
