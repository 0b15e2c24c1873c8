package io.narthex.sinks.history;

import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.alert.AlertNotification;
import io.narthex.pipeline.alert.AlertRuleId;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.alert.AlertTransition;
import io.narthex.pipeline.model.Labels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit trail of alerts in files of a folder, bounded in size. Entries are written by a thread
 * of its own. What is told twice, as ticks are evaluated again after a crash, is found once.
 */
public final class AlertJournal implements AlertHistory, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertJournal.class);
  private static final long FILE_BYTES = 4L << 20;
  private static final int MOST_FILES = 16;

  /** Bytes that wait to be written; entries beyond them are lost, and that is logged. */
  private static final long MOST_WAITING = 16L << 20;

  private static final String ALERT_NAME = "alertname";

  private final JournalFiles files;
  private final Thread writer = new Thread(this::write, "alert-journal");
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private List<byte[]> waiting = new ArrayList<>(); // guarded by lock, like what follows
  private long waitingBytes;
  private long noted;
  private long done;
  private boolean losing;
  private boolean closed;

  private AlertJournal(JournalFiles files) {
    this.files = files;
  }

  /**
   * Opens the trail of a folder, which is made if need be.
   *
   * @throws UncheckedIOException if it cannot be used
   */
  public static AlertJournal open(Path folder) {
    return open(folder, FILE_BYTES, MOST_FILES);
  }

  static AlertJournal open(Path folder, long fileBytes, int mostFiles) {
    try {
      var journal = new AlertJournal(new JournalFiles(folder, fileBytes, mostFiles));
      journal.writer.setDaemon(true);
      journal.writer.start();
      return journal;
    } catch (IOException e) {
      throw new UncheckedIOException("the trail of alerts cannot be opened: " + folder, e);
    }
  }

  @Override
  public void changed(AlertRuleId rule, List<AlertTransition> transitions) {
    for (var transition : transitions) {
      note(JournalEntries.encode(new Change(rule, transition)));
    }
  }

  @Override
  public void sent(List<AlertNotification> notifications, Sending sending) {
    for (var alert : notifications) {
      note(
          JournalEntries.encode(
              new Notified(
                  alert.labels(), alert.tick(), alert.startsAt(), alert.resolvedAt(), sending)));
    }
  }

  @Override
  public void flush() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long wanted = noted;
      while (done < wanted && writer.isAlive()) {
        changed.await(1, TimeUnit.SECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Found find(Wanted wanted) {
    try {
      flush();
      return find(files.newestFirst(), wanted);
    } catch (IOException e) {
      throw new UncheckedIOException("the trail of alerts cannot be read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading the trail of alerts", e);
    }
  }

  /** The trail of a folder that other processes write; what is noted here is not kept. */
  public static AlertHistory readOnly(Path folder) {
    return new WrittenElsewhere(folder);
  }

  private record WrittenElsewhere(Path folder) implements AlertHistory {
    @Override
    public void changed(AlertRuleId rule, List<AlertTransition> transitions) {}

    @Override
    public void sent(List<AlertNotification> notifications, Sending sending) {}

    @Override
    public void flush() {}

    @Override
    public Found find(Wanted wanted) {
      try {
        return AlertJournal.find(JournalFiles.newestFirst(folder), wanted);
      } catch (IOException e) {
        throw new UncheckedIOException("the trail of alerts cannot be read: " + folder, e);
      }
    }
  }

  private static Found find(List<Path> newestFirst, Wanted wanted) throws IOException {
    var search = new Search(wanted);
    for (Path file : newestFirst) {
      search.file(JournalFiles.read(file));
      if (search.isFull()) {
        break;
      }
    }
    return search.found();
  }

  /** Writes what is noted and ends. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    files.close();
  }

  private void note(byte[] payload) {
    byte[] frame = JournalFiles.frame(payload);
    lock.lock();
    try {
      if (closed || waitingBytes + frame.length > MOST_WAITING) {
        if (!losing) {
          LOG.error("the trail of alerts is not written fast enough, entries are lost");
        }
        losing = true;
        return;
      }
      waiting.add(frame);
      waitingBytes += frame.length;
      noted++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void write() {
    for (var frames = take(); !frames.isEmpty(); frames = take()) {
      int lost = frames.size() - files.append(frames);
      if (lost > 0) {
        LOG.error("{} entries of the trail of alerts are lost", lost);
      }
      lock.lock();
      try {
        done += frames.size();
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** What waits; empty when the journal is closed and nothing is left. */
  private List<byte[]> take() {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.awaitUninterruptibly();
      }
      var taken = waiting;
      waiting = new ArrayList<>();
      waitingBytes = 0;
      losing = false;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** By this a change is known that is told again. */
  private record ChangeKey(
      AlertRuleId rule, Labels labels, AlertState from, AlertState to, long tick) {}

  /** One search, over files from the newest to the oldest. */
  private static final class Search implements JournalEntries.Reader {
    private final Wanted wanted;
    private final Set<ChangeKey> seen = new HashSet<>();
    private final List<Change> changes = new ArrayList<>();
    private final List<Notified> notifications = new ArrayList<>();
    private List<Change> fileChanges = new ArrayList<>();
    private List<Notified> fileNotifications = new ArrayList<>();

    Search(Wanted wanted) {
      this.wanted = wanted;
    }

    void file(List<byte[]> payloads) throws IOException {
      fileChanges = new ArrayList<>();
      fileNotifications = new ArrayList<>();
      for (byte[] payload : payloads) {
        JournalEntries.decode(payload, this);
      }
      Collections.reverse(fileChanges);
      Collections.reverse(fileNotifications);
      for (var change : fileChanges) {
        var at = change.transition();
        if (changes.size() < wanted.limit()
            && seen.add(new ChangeKey(change.rule(), at.labels(), at.from(), at.to(), at.tick()))) {
          changes.add(change);
        }
      }
      int room = wanted.limit() - notifications.size();
      notifications.addAll(fileNotifications.subList(0, Math.min(room, fileNotifications.size())));
    }

    boolean isFull() {
      return changes.size() >= wanted.limit() && notifications.size() >= wanted.limit();
    }

    Found found() {
      return new Found(changes, notifications);
    }

    @Override
    public void change(Change change) {
      if (isWanted(change.transition().labels(), change.transition().tick())) {
        fileChanges.add(change);
      }
    }

    @Override
    public void notification(Notified notified) {
      if (isWanted(notified.labels(), notified.tick())) {
        fileNotifications.add(notified);
      }
    }

    private boolean isWanted(Labels labels, long tick) {
      return tick >= wanted.from()
          && tick <= wanted.to()
          && (wanted.alertName().isEmpty() || wanted.alertName().equals(labels.get(ALERT_NAME)));
    }
  }
}
