package io.narthex.sinks.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Keeps a second process, or a second store of this one, out of a directory. */
final class DirectoryLock implements AutoCloseable {
  static final String NAME = "lock";

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks a directory.
   *
   * @throws IOException if another process holds it
   */
  static DirectoryLock acquire(Path directory) throws IOException {
    create(directory.toAbsolutePath());
    var channel =
        FileChannel.open(
            directory.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    @Nullable FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new IOException("the store in " + directory + " is open already in this process", e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    if (lock == null) {
      channel.close();
      throw new IOException(
          "the store in "
              + directory
              + " is in use by another process; each store has one process, stop the other or name another directory");
    }
    return new DirectoryLock(channel);
  }

  /** Creates a directory with those above it; when this returns the disk has their names. */
  private static void create(Path directory) throws IOException {
    var above = directory.getParent();
    if (above == null || Files.isDirectory(directory)) {
      return;
    }
    create(above);
    Files.createDirectories(directory);
    try (var channel = FileChannel.open(above)) {
      channel.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
