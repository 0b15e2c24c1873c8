package io.narthex.sinks.wal;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The write-ahead log. Frames are gathered in a group; one thread writes a group, makes it durable
 * and tells those who wait, while the next group fills.
 *
 * <p>Frames belong to a <i>scope</i>: what was appended between two cuts. Once everything of older
 * scopes is stored elsewhere, {@link #deleteBefore} drops their files.
 *
 * <p>When the disk fails, everybody who waits is told so, appends are refused, and the group is
 * written again, in a new file, until the disk is well. Thus whatever was put into the log becomes
 * durable before anything later is acknowledged.
 *
 * <p>Frames that nobody waits for are written at once too, so that they survive a crash of the
 * process, but made durable together with others a moment later.
 *
 * <p>Safe for use by several threads; the order of frames is that of the calls.
 */
public final class Wal implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(Wal.class);

  private final Path directory;
  private final WalOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final ArrayDeque<Group> sealed = new ArrayDeque<>();
  private Group filling;
  private @Nullable Group spare;
  private int pendingBytes;
  private boolean closing;
  private boolean hurried;
  private boolean ended;
  private long firstKept = Long.MIN_VALUE;
  private @Nullable FaultException failure;
  private final WalManifest manifest;
  private final WalCommitter committer;
  private final Thread thread;

  /**
   * Opens a log in a directory, which is created if missing. Files that are there are left alone.
   *
   * @param scope first scope; must be greater than those of the files that are there
   */
  public static Wal open(Path directory, long scope, WalOptions options, WalListener listener)
      throws IOException {
    return new Wal(directory, scope, options, listener, WalFile::create);
  }

  Wal(Path directory, long scope, WalOptions options, WalListener listener, WalFile.Opener opener)
      throws IOException {
    WalFiles.createDirectory(directory);
    this.manifest = WalManifest.open(directory, listener);
    this.directory = directory;
    this.options = options;
    this.filling = new Group(scope);
    this.committer = new WalCommitter(this, directory, options, listener, opener, manifest);
    this.thread = new Thread(committer, "narthex-wal");
    this.thread.setDaemon(true);
    this.thread.start();
  }

  /** The greatest scope of the files in a directory; 0 if there are none. */
  public static long lastScope(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return 0;
    }
    var files = WalFiles.list(directory);
    return files.isEmpty() ? 0 : files.get(files.size() - 1).scope();
  }

  /**
   * Waits until there is room for more frames; to be called before the locks that appending needs.
   *
   * @throws FaultException {@code UNAVAILABLE} if the disk fails or the log is closed
   */
  public void awaitRoom() {
    lock.lock();
    try {
      while (pendingBytes >= options.maxPendingBytes() && failure == null && !closing) {
        room.awaitUninterruptibly();
      }
      if (failure != null) {
        throw failure;
      }
      if (closing) {
        throw closed();
      }
    } finally {
      lock.unlock();
    }
  }

  private static FaultException closed() {
    return new FaultException(Fault.UNAVAILABLE, "the store is closed");
  }

  /**
   * Appends ended frames; never blocks on the disk.
   *
   * @param frames may be empty: the waiter then waits for what was appended before
   * @param waiter told when the frames are durable
   */
  public void append(FrameBuffer frames, @Nullable WalWaiter waiter) {
    append(frames, waiter, waiter != null);
  }

  /**
   * As {@link #append(FrameBuffer, WalWaiter)}.
   *
   * @param awaited whether the frames are to be durable at once; else they are given to the
   *     operating system at once, and are durable a moment later
   */
  public void append(FrameBuffer frames, @Nullable WalWaiter waiter, boolean awaited) {
    FaultException refused;
    lock.lock();
    try {
      filling.add(frames.bytes(), frames.size());
      pendingBytes += frames.size();
      filling.awaited |= awaited;
      refused = ended ? closed() : failure;
      if (waiter != null && refused == null) {
        filling.waiters.add(waiter);
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (refused != null && waiter != null) {
      waiter.failed(refused);
    }
  }

  /** What was appended without being awaited is now. */
  public void hurry() {
    lock.lock();
    try {
      hurried = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Whether everything is to be made durable now; asked by the log's thread, which then does. */
  boolean isHurried() {
    lock.lock();
    try {
      boolean now = hurried || closing || pendingBytes >= options.maxPendingBytes() / 2;
      hurried = false;
      return now;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the current scope: frames appended from now on belong to {@code scope}. */
  public void cut(long scope) {
    lock.lock();
    try {
      if (!filling.isEmpty()) {
        sealed.add(filling);
      }
      filling = new Group(scope);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Deletes all files of scopes before {@code scope}; of those that wait to be written as well, as
   * soon as they are. When it returns the disk knows.
   */
  public void deleteBefore(long scope) throws IOException {
    lock.lock();
    try {
      firstKept = Math.max(firstKept, scope);
    } finally {
      lock.unlock();
    }
    deleteFilesBefore(scope);
  }

  /**
   * Replaces the notes, which stay when the log is cut; called by one thread at a time.
   *
   * @param content what the log's frames that are not samples say up to now
   */
  public void saveNotes(NotesContent content) throws IOException {
    Notes.write(directory, content);
    manifest.noted();
  }

  private void deleteFilesBefore(long scope) throws IOException {
    manifest.forgetBefore(scope);
    boolean any = false;
    for (var file : WalFiles.list(directory)) {
      if (file.scope() < scope) {
        any |= Files.deleteIfExists(file.path());
      }
    }
    if (any) {
      WalFiles.sync(directory);
    }
  }

  /** Writes what is pending, makes it durable and stops. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    committer.closeFile();
  }

  /**
   * Takes the next group to commit.
   *
   * @param waitNanos longest wait
   * @return null if there is none
   */
  @Nullable Group take(long waitNanos) {
    lock.lock();
    try {
      long left = waitNanos;
      while (sealed.isEmpty() && filling.isEmpty() && !closing && !hurried && left > 0) {
        left = awaitChange(left);
      }
      var next = sealed.poll();
      if (next == null && !filling.isEmpty()) {
        next = filling;
        filling = spare == null ? new Group(next.scope) : spare;
        filling.scope = next.scope;
        spare = null;
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the log is being closed and nothing is pending; from then on nothing is taken. */
  boolean isDone() {
    lock.lock();
    try {
      ended = closing && sealed.isEmpty() && filling.isEmpty();
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** A group is durable: its waiters are told, its room is free. */
  void committed(Group group) {
    long kept;
    lock.lock();
    try {
      kept = firstKept;
      if (failure != null) {
        failure = null;
        LOGGER.info("the write-ahead log in {} can be written again", directory);
      }
      pendingBytes -= group.size;
      room.signalAll();
    } finally {
      lock.unlock();
    }
    for (var waiter : group.waiters) {
      waiter.committed();
    }
    if (group.scope < kept) {
      deleteLate(kept);
    }
    recycle(group);
  }

  /** A group was written although what it holds is stored elsewhere by now. */
  private void deleteLate(long scope) {
    try {
      deleteFilesBefore(scope);
    } catch (IOException e) {
      LOGGER.warn("files of the write-ahead log in {} cannot be deleted yet", directory, e);
    }
  }

  /** A group could not be written: everybody who waits is told. */
  void failed(Group group, Exception cause) {
    var told = new ArrayList<WalWaiter>();
    var fault =
        new FaultException(
            Fault.UNAVAILABLE,
            "the write-ahead log in " + directory + " cannot be written: " + cause,
            cause);
    lock.lock();
    try {
      if (failure == null) {
        LOGGER.error("the write-ahead log in {} cannot be written; trying again", directory, cause);
      }
      failure = fault;
      drainWaiters(group, told);
      for (var waiting : sealed) {
        drainWaiters(waiting, told);
      }
      drainWaiters(filling, told);
      room.signalAll();
    } finally {
      lock.unlock();
    }
    for (var waiter : told) {
      waiter.failed(fault);
    }
  }

  /**
   * Waits before the next attempt to write.
   *
   * @return false if the log is being closed, so that there is no next attempt
   */
  boolean pauseBeforeRetry() {
    lock.lock();
    try {
      long left = options.retryInterval().toNanos();
      while (!closing && left > 0) {
        left = awaitChange(left);
      }
      ended = closing;
      return !closing;
    } finally {
      lock.unlock();
    }
  }

  private static void drainWaiters(Group group, List<WalWaiter> into) {
    into.addAll(group.waiters);
    group.waiters.clear();
  }

  @SuppressWarnings("WaitNotInLoop") // all callers loop
  private long awaitChange(long nanos) {
    try {
      return changed.awaitNanos(nanos);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread but a container that ends; close() is what stops it.
      LOGGER.warn("the thread of the write-ahead log was interrupted; it goes on");
      return nanos;
    }
  }

  private void recycle(Group group) {
    group.clear();
    if (group.bytes.length <= 4 << 20) {
      lock.lock();
      try {
        spare = group;
      } finally {
        lock.unlock();
      }
    }
  }

  /** Frames that are committed together. */
  static final class Group {
    long scope;
    byte[] bytes = new byte[64 << 10];
    int size;
    boolean awaited;
    final List<WalWaiter> waiters = new ArrayList<>();

    Group(long scope) {
      this.scope = scope;
    }

    boolean isEmpty() {
      return size == 0 && waiters.isEmpty();
    }

    void add(byte[] from, int length) {
      if (size + length > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + length));
      }
      System.arraycopy(from, 0, bytes, size, length);
      size += length;
    }

    void clear() {
      size = 0;
      awaited = false;
      waiters.clear();
    }
  }
}
