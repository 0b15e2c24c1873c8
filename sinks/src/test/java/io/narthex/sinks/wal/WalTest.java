package io.narthex.sinks.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalTest {
  private static final WalOptions OPTIONS =
      new WalOptions(
          WalSync.ALWAYS, Duration.ofSeconds(1), 1 << 20, 64 << 10, Duration.ofMillis(2));

  @TempDir Path directory;

  @Test
  void read_framesOfSeveralScopes_comeInOrder() throws IOException {
    try (var wal = Wal.open(directory, 1, OPTIONS, WalListener.NONE)) {
      append(wal, 1).join();
      append(wal, 2).join();
      wal.cut(2);
      append(wal, 3).join();
    }
    assertThat(read()).containsExactly("scope 1", "1", "2", "scope 2", "3");
  }

  @Test
  void deleteBefore_scope_keepsLaterOnes() throws IOException {
    try (var wal = Wal.open(directory, 1, OPTIONS, WalListener.NONE)) {
      append(wal, 1).join();
      wal.cut(2);
      append(wal, 2).join();
      wal.deleteBefore(2);
    }
    assertThat(read()).containsExactly("scope 2", "2");
    assertThat(Wal.lastScope(directory)).isEqualTo(2);
  }

  @Test
  void deleteBefore_framesStillWaiting_leaveNoFileOnceWritten() throws IOException {
    var disk = new FaultyDisk();
    try (var wal = new Wal(directory, 1, OPTIONS, WalListener.NONE, disk)) {
      disk.gate = new CountDownLatch(1);
      var first = append(wal, 1);
      wal.cut(2);
      append(wal, 2);
      wal.cut(3);
      var third = append(wal, 3);
      wal.deleteBefore(3);
      disk.gate.countDown();
      assertThat(first.join()).isTrue();
      assertThat(third.join()).isTrue();
    }
    assertThat(read()).containsExactly("scope 3", "3");
  }

  @Test
  void append_afterClose_isRefused() throws IOException {
    var wal = Wal.open(directory, 1, OPTIONS, WalListener.NONE);
    append(wal, 1).join();
    wal.close();
    assertThatThrownBy(append(wal, 2)::join)
        .hasCauseInstanceOf(FaultException.class)
        .hasMessageContaining("closed");
    assertThat(read()).containsExactly("scope 1", "1");
  }

  @Test
  void append_moreThanAFileHolds_startsAnotherPart() throws IOException {
    try (var wal = Wal.open(directory, 1, OPTIONS, WalListener.NONE)) {
      for (int i = 0; i < 3; i++) {
        var frame = new FrameBuffer();
        frame.begin();
        frame.putBytes(new byte[100_000], 0, 100_000);
        frame.end();
        var done = new Waiter();
        wal.append(frame, done);
        done.join();
      }
    }
    assertThat(WalFiles.list(directory)).hasSize(3);
  }

  @Test
  void append_diskFails_isRefusedUntilItRecovers() throws IOException {
    var disk = new FaultyDisk();
    try (var wal = new Wal(directory, 1, OPTIONS, WalListener.NONE, disk)) {
      append(wal, 1).join();
      disk.broken = true;
      var refused = append(wal, 2);
      assertThatThrownBy(refused::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              FaultException.class, e -> assertThat(e.fault()).isEqualTo(Fault.UNAVAILABLE));
      assertThatThrownBy(wal::awaitRoom).isInstanceOf(FaultException.class);
      var alsoRefused = append(wal, 3);
      assertThatThrownBy(alsoRefused::join).hasCauseInstanceOf(FaultException.class);
      disk.broken = false;
      awaitRecovery(wal);
      append(wal, 4).join();
    }
    assertThat(read()).endsWith("4").contains("1", "2", "3");
  }

  @Test
  void append_syncFails_isWrittenAgainBeforeAnythingLater() throws IOException {
    var disk = new FaultyDisk();
    try (var wal = new Wal(directory, 1, OPTIONS, WalListener.NONE, disk)) {
      disk.syncBroken = true;
      assertThatThrownBy(append(wal, 1)::join).hasCauseInstanceOf(FaultException.class);
      disk.syncBroken = false;
      awaitRecovery(wal);
      append(wal, 2).join();
    }
    var frames = read();
    assertThat(frames.indexOf("1")).isPositive().isLessThan(frames.indexOf("2"));
  }

  @Test
  void append_unawaited_isWrittenAtOnceAndDurableWithOthers() throws IOException {
    var syncs = new AtomicInteger();
    var written = new Semaphore(0);
    var listener =
        new WalListener() {
          @Override
          public void synced(double seconds) {
            syncs.incrementAndGet();
          }

          @Override
          public void written(int bytes) {
            written.release();
          }
        };
    try (var wal = Wal.open(directory, 1, OPTIONS, listener)) {
      var waiters = new ArrayList<Waiter>();
      for (int i = 1; i <= 3; i++) {
        waiters.add(append(wal, i, false));
        written.acquireUninterruptibly();
      }
      assertThat(read()).containsExactly("scope 1", "1", "2", "3");
      append(wal, 4, true).join();
      assertThat(waiters).allMatch(CompletableFuture::isDone);
      assertThat(syncs.get()).isLessThan(4); // a slow machine may find the first ones due
      append(wal, 5, false).join(); // without anybody's doing
      var hurried = append(wal, 6, false);
      wal.hurry();
      assertThat(hurried.join()).isTrue();
      append(wal, 7, false);
      wal.cut(2);
      append(wal, 8, false);
    }
    assertThat(read())
        .containsExactly("scope 1", "1", "2", "3", "4", "5", "6", "7", "scope 2", "8");
  }

  @Test
  void append_syncOfUnawaitedFails_allIsWrittenAgainOnce() throws IOException {
    var disk = new FaultyDisk();
    try (var wal = new Wal(directory, 1, OPTIONS, WalListener.NONE, disk)) {
      disk.syncBroken = true;
      var first = append(wal, 1, false);
      var second = append(wal, 2, true);
      assertThatThrownBy(second::join).hasCauseInstanceOf(FaultException.class);
      assertThatThrownBy(first::join).hasCauseInstanceOf(FaultException.class);
      disk.syncBroken = false;
      awaitRecovery(wal);
      append(wal, 3, false).join();
    }
    assertThat(read()).containsExactly("scope 1", "1", "2", "3");
  }

  @Test
  void awaitRoom_tooMuchPending_blocksUntilCommitted() throws Exception {
    var disk = new FaultyDisk();
    var small =
        new WalOptions(WalSync.ALWAYS, Duration.ofSeconds(1), 16, 1 << 20, Duration.ofMillis(2));
    try (var wal = new Wal(directory, 1, small, WalListener.NONE, disk)) {
      disk.gate = new CountDownLatch(1);
      var first = append(wal, 1);
      append(wal, 2);
      var room = CompletableFuture.runAsync(wal::awaitRoom);
      assertThat(room).isNotDone();
      disk.gate.countDown();
      room.join();
      assertThat(first.join()).isTrue();
    }
  }

  @Test
  void read_versionOfTheFuture_isRefused() throws IOException {
    byte[] header = WalCommitter.fileHeader(1);
    header[4] = 9;
    var crc = new java.util.zip.CRC32C();
    crc.update(header, 0, 16);
    ByteBuffer.wrap(header)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putInt(16, (int) crc.getValue());
    Files.write(WalFiles.path(directory, 1, 0), header);
    assertThatThrownBy(this::read).hasMessageContaining("version 9");
  }

  /** Appending is allowed again once the failed group is written. */
  private static void awaitRecovery(Wal wal) {
    while (true) {
      try {
        wal.awaitRoom();
        return;
      } catch (FaultException e) {
        Thread.onSpinWait();
      }
    }
  }

  private static Waiter append(Wal wal, int number) {
    return append(wal, number, true);
  }

  private static Waiter append(Wal wal, int number, boolean awaited) {
    var frame = new FrameBuffer();
    frame.begin();
    frame.putVarint(number);
    frame.end();
    var waiter = new Waiter();
    wal.append(frame, waiter, awaited);
    return waiter;
  }

  private List<String> read() throws IOException {
    var seen = new ArrayList<String>();
    WalReader.read(
        directory,
        new WalReader.Visitor() {
          @Override
          public void beginScope(long scope) {
            seen.add("scope " + scope);
          }

          @Override
          public void frame(FrameInput payload) {
            seen.add("" + payload.getVarint());
          }

          @Override
          public void endScope() {}
        },
        WalListener.NONE);
    return seen;
  }

  /** Completes with true when durable. */
  private static final class Waiter extends CompletableFuture<Boolean> implements WalWaiter {
    @Override
    public void committed() {
      complete(true);
    }

    @Override
    public void failed(FaultException cause) {
      completeExceptionally(cause);
    }
  }

  /** Files of a disk that can be told to fail, half-way through a write. */
  private static final class FaultyDisk implements WalFile.Opener {
    volatile boolean broken;
    volatile boolean syncBroken;
    volatile CountDownLatch gate = new CountDownLatch(0);

    @Override
    public WalFile create(Path path) throws IOException {
      var real = WalFile.create(path);
      return new WalFile() {
        @Override
        public void write(ByteBuffer bytes) throws IOException {
          if (broken) {
            real.write(bytes.limit(bytes.position() + bytes.remaining() / 2));
            throw new IOException("No space left on device");
          }
          real.write(bytes);
        }

        @Override
        public void sync() throws IOException {
          awaitGate();
          if (syncBroken) {
            throw new IOException("Input/output error");
          }
          real.sync();
        }

        @Override
        public void truncate(long length) throws IOException {
          real.truncate(length);
        }

        @Override
        public void close() throws IOException {
          real.close();
        }
      };
    }

    private void awaitGate() throws IOException {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }
}
