package io.narthex.sinks.wal;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes groups to files. Confined to the log's thread, but for {@link #closeFile}, which comes
 * after that thread's end.
 */
final class WalCommitter implements Runnable {
  static final int FILE_MAGIC = 0x4C57584E; // "NXWL"
  static final int VERSION = 1;
  static final int FILE_HEADER = 20;

  /** How long what nobody waits for may wait for others before it is made durable. */
  private static final long UNAWAITED_NANOS = 100_000_000;

  private static final Logger LOGGER = LoggerFactory.getLogger(WalCommitter.class);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final Wal wal;
  private final Path directory;
  private final WalOptions options;
  private final WalListener listener;
  private final WalFile.Opener opener;
  private final WalManifest manifest;
  private final ByteBuffer staging = ByteBuffer.allocateDirect(1 << 20);
  private @Nullable WalFile file;
  private long scope = -1;
  private int nextPart;
  private @Nullable Path path; // of the open file
  private long fileBytes;
  private long goodBytes; // of it, in complete groups that somebody may have been told of
  private boolean unsynced;
  private long lastSync = System.nanoTime();

  /** Groups that nobody was told of; those before {@link #inFile} are written. */
  private final List<Wal.Group> held = new ArrayList<>();

  private int inFile;
  private long due; // when what is held has to be durable

  WalCommitter(
      Wal wal,
      Path directory,
      WalOptions options,
      WalListener listener,
      WalFile.Opener opener,
      WalManifest manifest) {
    this.wal = wal;
    this.directory = directory;
    this.options = options;
    this.listener = listener;
    this.opener = opener;
    this.manifest = manifest;
  }

  @Override
  public void run() {
    long interval = options.syncInterval().toNanos();
    while (!wal.isDone()) {
      var group = wal.take(held.isEmpty() ? interval : Math.max(0, due - System.nanoTime()));
      if (group != null) {
        hold(group);
      }
      boolean now = wal.isHurried() || isDue(group);
      if (!held.isEmpty() && !commit(now)) {
        return;
      }
      if (options.sync() == WalSync.INTERVAL && System.nanoTime() - lastSync >= interval) {
        syncAtInterval();
      }
    }
    if (!held.isEmpty()) {
      commit(true);
    }
  }

  private void hold(Wal.Group group) {
    if (held.isEmpty()) {
      due = System.nanoTime() + UNAWAITED_NANOS;
    }
    held.add(group);
  }

  /** Whether what is held is to be durable now. */
  private boolean isDue(Wal.@Nullable Group newest) {
    return (newest != null && newest.awaited)
        || options.sync() != WalSync.ALWAYS
        || System.nanoTime() - due >= 0;
  }

  /**
   * Writes the groups that are held, and makes them durable if that is due. If it fails, it is done
   * again, in a new file, with all that is not durable.
   *
   * @return false if it failed and the log is being closed
   */
  private boolean commit(boolean isDue) {
    boolean now = isDue;
    while (true) {
      try {
        while (inFile < held.size()) {
          write(held.get(inFile));
          inFile++;
        }
        if (now) {
          settle();
        }
        return true;
      } catch (IOException | RuntimeException e) {
        abandonFile();
        inFile = 0;
        now = true;
        listener.writeFailed();
        for (var group : held) {
          wal.failed(group, e);
        }
        if (!wal.pauseBeforeRetry()) {
          return false;
        }
      }
    }
  }

  /** Makes durable what is in the file, where that is asked for, and tells those who wait. */
  private void settle() throws IOException {
    var open = file;
    if (open != null && unsynced && options.sync() == WalSync.ALWAYS) {
      sync(open);
    }
    goodBytes = fileBytes;
    release();
  }

  private void release() {
    var committed = held.subList(0, inFile);
    inFile = 0;
    for (var group : committed) {
      wal.committed(group);
    }
    committed.clear();
  }

  private void write(Wal.Group group) throws IOException {
    if (group.size == 0) {
      return;
    }
    var out = fileFor(group.scope);
    for (int at = 0; at < group.size; ) {
      int length = Math.min(staging.capacity(), group.size - at);
      staging.clear().put(group.bytes, at, length).flip();
      out.write(staging);
      at += length;
    }
    fileBytes += group.size;
    unsynced = true;
    listener.written(group.size);
  }

  private WalFile fileFor(long wanted) throws IOException {
    var open = file;
    if (open != null && scope == wanted && fileBytes < options.maxFileBytes()) {
      return open;
    }
    if (open != null) {
      if (unsynced && options.sync() != WalSync.OFF) {
        sync(open);
      }
      goodBytes = fileBytes;
      release(); // what is in the file that ends here is not to be written once more
      file = null;
      open.close();
    }
    var ended = open == null ? null : path;
    if (scope != wanted) {
      scope = wanted;
      nextPart = 0;
    }
    var created = createFile(wanted, ended);
    file = created;
    return created;
  }

  private WalFile createFile(long wanted, @Nullable Path ended) throws IOException {
    var next = WalFiles.path(directory, wanted, nextPart);
    WalFile created = null;
    try {
      Files.deleteIfExists(next);
      created = opener.create(next);
      created.write(ByteBuffer.wrap(fileHeader(wanted)));
      manifest.created(next, ended, fileBytes);
    } catch (IOException e) {
      if (created != null) {
        created.close();
        Files.deleteIfExists(next);
      }
      throw e;
    }
    nextPart++;
    path = next;
    fileBytes = FILE_HEADER;
    goodBytes = FILE_HEADER;
    unsynced = false;
    return created;
  }

  static byte[] fileHeader(long scope) {
    byte[] header = new byte[FILE_HEADER];
    INT.set(header, 0, FILE_MAGIC);
    INT.set(header, 4, VERSION);
    LONG.set(header, 8, scope);
    var crc = new CRC32C();
    crc.update(header, 0, 16);
    INT.set(header, 16, (int) crc.getValue());
    return header;
  }

  private void sync(WalFile out) throws IOException {
    long start = System.nanoTime();
    out.sync();
    lastSync = System.nanoTime();
    unsynced = false;
    listener.synced((lastSync - start) / 1e9);
  }

  private void syncAtInterval() {
    lastSync = System.nanoTime();
    var open = file;
    if (open == null || !unsynced) {
      return;
    }
    try {
      sync(open);
    } catch (IOException e) {
      LOGGER.error("the write-ahead log in {} cannot be synced", directory, e);
      listener.writeFailed();
      abandonFile();
    }
  }

  /**
   * What follows a failure goes into a new file: the state of this one is unknown. What it has of
   * the group that failed is cut off, which on a full disk makes room.
   */
  private void abandonFile() {
    var open = file;
    var abandoned = path;
    file = null;
    if (open == null || abandoned == null) {
      return;
    }
    try (open) {
      open.truncate(goodBytes);
    } catch (IOException e) {
      LOGGER.warn("{} cannot be closed as it should", abandoned, e);
      return;
    }
    try {
      if (goodBytes == FILE_HEADER) {
        Files.deleteIfExists(abandoned);
        nextPart--;
      } else {
        manifest.ended(abandoned, goodBytes);
      }
    } catch (IOException e) {
      LOGGER.warn("the list of files of the write-ahead log in {} follows later", directory, e);
    }
  }

  void closeFile() throws IOException {
    var open = file;
    file = null;
    if (open == null) {
      return;
    }
    try (open) {
      if (unsynced) {
        sync(open);
      }
      if (path != null) {
        manifest.ended(path, fileBytes);
      }
    }
  }
}
