package io.narthex.sinks.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One file of the log, open for appending. */
interface WalFile extends Closeable {

  /** Appends all remaining bytes. */
  void write(ByteBuffer bytes) throws IOException;

  /** Makes what was written durable. */
  void sync() throws IOException;

  /** Cuts off what lies behind a length. */
  void truncate(long length) throws IOException;

  /** Creates files. */
  interface Opener {
    /** Creates a file that must not exist, and makes its directory entry durable. */
    WalFile create(Path path) throws IOException;
  }

  /** Creates files of the local file system. */
  static WalFile create(Path path) throws IOException {
    var channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      WalFiles.sync(path.toAbsolutePath().getParent());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new Local(channel);
  }

  /** A file of the local file system. */
  record Local(FileChannel channel) implements WalFile {
    @Override
    public void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    @Override
    public void sync() throws IOException {
      channel.force(false);
    }

    @Override
    public void truncate(long length) throws IOException {
      channel.truncate(length);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
