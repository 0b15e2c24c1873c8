package io.narthex.jobs.rules;

import io.narthex.operators.rules.evaluation.RuleBackfill;
import io.narthex.operators.rules.evaluation.RuleOutput;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.config.rules.RuleFiles;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.pipeline.storage.SampleAppender;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.StoreAdmin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives rules that are new or changed a history, while a server runs. Life of one run, on a thread
 * of its own:
 *
 * <ol>
 *   <li>The rules that {@link KnownRules} does not list are picked out of those in force.
 *   <li>It waits until the stream has evaluated their groups twice: the first of these ticks is the
 *       first that is the stream's.
 *   <li>A {@link RuleBackfill} evaluates them over the time before and writes the ticks before that
 *       one, group by group.
 *   <li>Series that were there at the last of these ticks and are not at the stream's first one end
 *       there.
 *   <li>The rules are known from now on. A run that is cut off begins anew at the next start and
 *       writes the same points over.
 * </ol>
 */
public final class RuleHistory<S extends SampleStore & SampleAppender & StoreAdmin>
    implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(RuleHistory.class);
  private static final long POLL_NANOS = 100_000_000;

  private final Duration length;
  private final S store;
  private final StatusBoard board;
  private final KnownRules known;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            var thread = new Thread(task, "rule-history");
            thread.setDaemon(true);
            return thread;
          });
  private volatile long newest;

  /** Ends a run whose rules are no longer in force, or whose server ends. */
  private static final class Superseded extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * A filler; {@link #rules} starts it.
   *
   * @param length how far back rules get a history
   * @param known rules that have theirs
   */
  public RuleHistory(Duration length, S store, StatusBoard status, KnownRules known) {
    this.length = length;
    this.store = store;
    this.board = status;
    this.known = known;
  }

  /**
   * Notes that rules came into force; a run for others ends.
   *
   * @param prepare makes rules ready as they are for the stream
   */
  public synchronized void rules(RuleFiles inForce, Function<RuleFiles, RuleSet> prepare) {
    long number = ++newest;
    thread.execute(
        () -> {
          try {
            fill(inForce, prepare, number);
          } catch (Superseded e) {
            logger.debug("rules changed or the server ends, a backfill was given up");
          } catch (RuntimeException e) {
            logger.error("rules did not get their history", e);
          }
        });
  }

  private void fill(RuleFiles inForce, Function<RuleFiles, RuleSet> prepare, long number) {
    RuleFiles fresh = known.without(inForce);
    long rules = fresh.groups().mapToLong(group -> group.rules().size()).sum();
    if (rules > 0) {
      long begin = System.nanoTime();
      Map<String, Long> firstTicks = firstTicks(fresh, number);
      long to = 0;
      for (RuleGroup group : fresh.groups().toList()) {
        to = Math.max(to, first(firstTicks, group));
      }
      long from = Math.max(to - length.toMillis(), store.statistics().minTime());
      if (from < to) {
        logger.info("{} new rules get a history from {}", rules, Instant.ofEpochMilli(from));
        var parts = new Part(new HistoryWriter(store, store), firsts(fresh, firstTicks));
        long points = run(prepare.apply(fresh), parts, from, to, number);
        logger.info(
            "{} new rules have a history: {} points in {}",
            rules,
            points,
            Duration.ofNanos(System.nanoTime() - begin));
      }
    }
    try {
      known.replace(inForce);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long run(RuleSet rules, Part parts, long from, long to, long number) {
    var summary =
        new RuleBackfill(rules, store, parts).run(from, to, (at, written) -> check(number));
    parts.end(store);
    summary.errors().forEach(error -> logger.warn("in a backfill {}", error));
    parts
        .out
        .refused()
        .forEach((reason, count) -> logger.warn("of a backfill {} {}", count, reason));
    return summary.written().points();
  }

  /** The sample times of the first ticks of the stream, by the names of groups. */
  private static Map<String, Long> firsts(RuleFiles rules, Map<String, Long> firstTicks) {
    var firsts = new HashMap<String, Long>();
    // Names are unique in a file only: the later tick serves, the earlier points are the same.
    rules.groups().forEach(g -> firsts.merge(g.name(), first(firstTicks, g), Math::max));
    return firsts;
  }

  private static long first(Map<String, Long> firstTicks, RuleGroup group) {
    Duration offset = group.queryOffset();
    Long tick = firstTicks.get(group.key());
    if (tick == null) {
      throw new IllegalStateException(group.key() + " was not awaited");
    }
    return tick - (offset == null ? 0 : offset.toMillis());
  }

  /** Waits until the stream has evaluated each group twice with all its new rules. */
  private Map<String, Long> firstTicks(RuleFiles rules, long number) {
    var wanted = new HashMap<String, RuleGroup>();
    rules.groups().forEach(group -> wanted.put(group.key(), group));
    var first = new HashMap<String, Long>();
    while (!wanted.isEmpty()) {
      check(number);
      for (RuleGroupStatus status : board.rules()) {
        RuleGroup group = wanted.get(status.key());
        long tick = group == null ? 0 : LiveTicks.newest(group, status);
        if (tick > 0) {
          long before = first.computeIfAbsent(status.key(), key -> tick);
          if (before < tick) {
            wanted.remove(status.key());
          }
        }
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return first;
  }

  private void check(long number) {
    if (number != newest) {
      throw new Superseded();
    }
  }

  /** Ends a run that is under way. */
  @Override
  public synchronized void close() {
    newest++;
    thread.shutdownNow();
  }

  /** Writes of each group what comes before the stream's first tick. */
  private static final class Part implements RuleOutput {
    private final HistoryWriter out;
    private final Map<String, Long> firsts;
    private final Map<String, SampleBatch> last = new HashMap<>();

    Part(HistoryWriter out, Map<String, Long> firsts) {
      this.out = out;
      this.firsts = firsts;
    }

    @Override
    public void samples(SampleBatch batch) {
      String group = ((Origin.Rules) batch.origin()).group();
      if (batch.maxTimestamp() < firsts.getOrDefault(group, Long.MAX_VALUE)) {
        last.put(group, batch);
        out.samples(batch);
      }
    }

    @Override
    public void alerts(AlertBatch batch) {}

    /** Ends the series that the stream does not go on with, and makes everything durable. */
    void end(SampleStore store) {
      for (var entry : last.entrySet()) {
        long at = firsts.getOrDefault(entry.getKey(), 0L);
        var batch = SampleBatch.at(entry.getValue().origin(), at);
        for (int i = 0; i < entry.getValue().seriesCount(); i++) {
          Labels labels = entry.getValue().labels(i);
          if (!StaleMarker.is(entry.getValue().value(i)) && !has(store, labels, at)) {
            batch.series(labels).value(StaleMarker.VALUE);
          }
        }
        if (batch.rowCount() > 0) {
          out.samples(batch.build());
        }
      }
      out.finish();
    }

    private static boolean has(SampleStore store, Labels labels, long at) {
      var matchers = new ArrayList<Matcher>();
      labels.toMap().forEach((name, value) -> matchers.add(Matcher.equal(name, value)));
      var selector = new SampleStore.Selector(matchers, at, at, false);
      try (var found = store.select(selector)) {
        var buffer = new SampleBuffer();
        for (int i = 0; i < found.size(); i++) {
          if (found.labels(i).equals(labels)) {
            found.read(i, at - 1, at, buffer);
          }
        }
        return buffer.size() > 0;
      }
    }
  }
}
