package io.narthex.operators.rules.evaluation;

import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.storage.SampleStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Evaluates rules over history, as a bounded run of the evaluator that serves the stream: at the
 * same ticks, in the same order, with the same state of alerts from tick to tick. Writes what
 * recording rules give and the series of alerts; notifies nobody.
 *
 * <p>A run covers the ticks whose samples are in {@code [from, to)}. A live evaluator that begins
 * with the ticks after {@code to - 1} meets it without gap or overlap; restored from {@link
 * Summary#state} it also goes on with the alerts as they stand there.
 *
 * <p>Memory holds the window of the rules, and a part of the history of {@link #CHUNK} at a time.
 */
public final class RuleBackfill {
  /** How much history is read at once. */
  static final Duration CHUNK = Duration.ofMinutes(5);

  private final RuleSet rules;
  private final SampleStore history;
  private final RuleOutput out;

  /** Hears how far a run is; may throw to end it. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Everything before this time is evaluated.
     *
     * @param time milliseconds, from {@code from} to {@code to}
     * @param written what was written so far
     */
    void at(long time, Written written);
  }

  /**
   * What a run wrote.
   *
   * @param evaluations of groups
   * @param points stale markers that end series included
   */
  public record Written(long evaluations, long points) {}

  /**
   * How a run ended.
   *
   * @param state of all rules after the last tick, for {@link RuleEvaluator#restore}
   * @param errors of rules whose last evaluation failed, as {@code group: rule: error}
   */
  public record Summary(Written written, byte[] state, List<String> errors) {}

  /**
   * A backfill.
   *
   * @param rules which are evaluated; what they read and do not write themselves is taken from the
   *     history
   * @param out takes the points in order of time; {@link RuleOutput#alerts} hears of changes of
   *     state only
   */
  public RuleBackfill(RuleSet rules, SampleStore history, RuleOutput out) {
    this.rules = rules;
    this.history = history;
    this.out = out;
  }

  /**
   * Runs to the end; blocks. The history is read as it is when its time comes.
   *
   * @param from first millisecond whose ticks are evaluated
   * @param to first millisecond that is left to others
   * @throws IllegalArgumentException if {@code to} is not after {@code from}
   */
  public Summary run(long from, long to, Progress progress) {
    if (to <= from) {
      throw new IllegalArgumentException(
          "nothing to evaluate from "
              + Instant.ofEpochMilli(from)
              + " to "
              + Instant.ofEpochMilli(to));
    }
    var counter = new Counter(out);
    var clock = new RunClock();
    clock.now = from;
    var evaluator = RuleEvaluator.bounded(rules, history, from, clock, counter);
    long step = CHUNK.toMillis();
    for (long at = from; at < to; at += step) {
      long end = Math.min(to, at + step);
      evaluator.load(at, end);
      clock.now = end;
      evaluator.advance(end - 1);
      progress.at(end, counter.written());
    }
    return new Summary(counter.written(), evaluator.snapshot(), evaluator.errors());
  }

  private static final class Counter implements RuleOutput {
    private final RuleOutput out;
    private long evaluations;
    private long points;

    Counter(RuleOutput out) {
      this.out = out;
    }

    Written written() {
      return new Written(evaluations, points);
    }

    @Override
    public void samples(SampleBatch batch) {
      points += batch.rowCount();
      out.samples(batch);
    }

    @Override
    public void alerts(AlertBatch batch) {
      if (!batch.transitions().isEmpty()) {
        out.alerts(new AlertBatch(batch.rule(), batch.transitions(), List.of()));
      }
    }

    @Override
    public void evaluated(RuleGroupStatus group) {
      evaluations++;
      out.evaluated(group);
    }
  }

  private static final class RunClock extends Clock {
    private long now;

    @Override
    public long millis() {
      return now;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(now);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
