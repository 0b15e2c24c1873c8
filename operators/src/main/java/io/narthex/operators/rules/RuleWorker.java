package io.narthex.operators.rules;

import io.narthex.operators.rules.evaluation.RuleEvaluator;
import io.narthex.operators.rules.evaluation.RuleOutput;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.runtime.SteadyClock;
import io.narthex.pipeline.status.RuleGroupStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that evaluates, so that evaluation holds up neither scrapes nor writes. What it and
 * the operator hand each other goes through a {@link RuleExchange}.
 *
 * <p>Results are handed over group by group, corrections tick by tick, and a snapshot is taken
 * between two of them. It stands for exactly the results that were handed over before. Samples that
 * were not looked at yet need not be in it, as they are in the store.
 */
final class RuleWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RuleWorker.class);

  /** How often the clock is looked at while nothing comes. */
  private static final long IDLE_MILLIS = 100;

  /** Least time between two evaluations on arrival. */
  private static final long ARRIVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Results that wait to be taken; the evaluation waits beyond them. */
  private static final int MOST_RESULTS = 4096;

  private static final SteadyClock.Doubt DOUBT = SteadyClock.Doubt.OF_RULES;

  private static final long MOST_BYTES = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 12);

  /**
   * After other rules are seen here, all routers see them within this time, where they learn of
   * them on their own.
   */
  private static final long ADOPTION_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final RuleServices services;
  private final Runnable resultsReady;
  private final Consumer<Throwable> failed;
  private final Thread thread = new Thread(this::run, "rules");
  private final RuleExchange exchange;

  private final Output output = new Output(); // only touched by the thread, like what follows
  private final HeldNotifications held = new HeldNotifications();
  private final SteadyClock clock;
  private byte @Nullable [] restored; // what to begin with
  private long startedAt; // by the clock
  private long jumps; // of the clock, ahead, which the evaluation knows of
  private boolean catchingUp; // until then the state is the restored one, and nobody is told
  private long inForce;
  private long announced; // rules that are not in force yet
  private long announcedAt; // by System.nanoTime()
  private boolean lacking; // samples were given up on their way, and cannot be read yet
  private long lackingSince; // by System.nanoTime()
  private boolean hasOnArrival;
  private boolean arrived; // samples that no evaluation on arrival has seen
  private long arrivalAt = System.nanoTime(); // the earliest time of the next one
  private long newsAfter = Long.MIN_VALUE; // watermarks up to it are no news

  /**
   * A worker, not yet started.
   *
   * @param snapshot to go on from; null begins anew
   * @param resultsReady told when there are results to be taken; called by the worker's thread
   * @param failed told when the worker ends by a failure; called by the worker's thread
   */
  RuleWorker(
      RuleServices services,
      byte @Nullable [] snapshot,
      Runnable resultsReady,
      Consumer<Throwable> failed) {
    this(services, snapshot, resultsReady, failed, MOST_BYTES, MOST_RESULTS, System::nanoTime);
  }

  /**
   * A worker with other limits.
   *
   * @param mostBytes samples on their way are given up when they are more
   * @param mostResults the evaluation waits when more are not taken
   * @param nanos passes steadily, whatever the clock is set to
   */
  RuleWorker(
      RuleServices services,
      byte @Nullable [] snapshot,
      Runnable resultsReady,
      Consumer<Throwable> failed,
      long mostBytes,
      int mostResults,
      LongSupplier nanos) {
    this.services = services;
    restored = snapshot;
    exchange = new RuleExchange(snapshot, output::taken, mostBytes, mostResults);
    catchingUp = snapshot != null;
    this.resultsReady = resultsReady;
    this.failed = failed;
    startedAt = services.clock().millis();
    clock = new SteadyClock(services.clock()::millis, nanos, DOUBT);
  }

  void start() {
    thread.start();
  }

  /** What the operator hands over and takes. */
  RuleExchange exchange() {
    return exchange;
  }

  /**
   * The state now; waits for the end of a group's evaluation that runs.
   *
   * @throws IllegalStateException if the worker has failed
   */
  RuleExchange.Checkpoint checkpoint() throws InterruptedException {
    return exchange.checkpoint(thread::isAlive);
  }

  /** Ends the thread and waits for it; results that were not taken are lost. */
  @Override
  public void close() throws InterruptedException {
    exchange.close();
    thread.join();
  }

  private void run() {
    try {
      var evaluator = begin();
      for (var taken = await(evaluator); taken != null; taken = await(evaluator)) {
        evaluator = inTime(evaluator);
        evaluate(evaluator, taken);
      }
    } catch (RuleExchange.ClosedException e) {
      LOG.debug("the evaluation of rules was ended while it ran");
    } catch (InterruptedException | RuntimeException | Error e) {
      failed.accept(e);
    }
  }

  /**
   * The evaluator to go on with: another one if the clock has been set, so that rules neither run
   * through a time that never was nor wait until it comes again.
   */
  private RuleEvaluator inTime(RuleEvaluator evaluator) {
    long now = clock.now();
    boolean ahead = clock.jumps() != jumps;
    if (clock.isDoubted() || !(ahead || evaluator.isAheadOf(now))) {
      return evaluator;
    }
    LOG.warn("the clock was set {}; rules go on from there", ahead ? "ahead" : "back");
    stand(evaluator);
    jumps = clock.jumps();
    startedAt = ahead ? clock.jumpedTo() : now;
    catchingUp = true;
    services.history().refresh().run();
    var next = evaluator.setTo(startedAt);
    services.metrics().clockSet();
    begun(next);
    return next;
  }

  private RuleEvaluator begin() {
    var inForceNow = services.rules().inForce();
    inForce = inForceNow.number();
    var rules = inForceNow.rules();
    services.history().refresh().run();
    var history = services.history().samples();
    var evaluator =
        restored == null
            ? new RuleEvaluator(
                rules, services.options(), services.starts(), history, services.clock(), output)
            : RuleEvaluator.restore(
                restored,
                rules,
                services.options(),
                services.starts(),
                history,
                services.clock(),
                output);
    restored = null;
    begun(evaluator);
    if (!catchingUp) {
      output.caughtUp();
      output.publish();
    }
    return evaluator;
  }

  /** Waits for something to do; null when the worker is closed. */
  private RuleInbox.@Nullable Taken await(RuleEvaluator evaluator) throws InterruptedException {
    long begun = System.nanoTime();
    return exchange.await(evaluator::snapshot, newsAfter, () -> patience(begun));
  }

  /**
   * How long the clock need not be looked at, nanoseconds. However often a checkpoint wakes it
   * meanwhile, it is in the end.
   */
  private long patience(long begun) {
    return arrived
        ? arrivalAt - System.nanoTime()
        : TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS) - (System.nanoTime() - begun);
  }

  private void evaluate(RuleEvaluator evaluator, RuleInbox.Taken taken) {
    if (taken.overflown()) {
      givenUp(evaluator);
    }
    newsAfter = Math.max(newsAfter, taken.watermark());
    long now = clock.now();
    boolean whole = !clock.isDoubted() && (!lacking || refill(evaluator));
    if (whole) {
      adopt(evaluator);
    }
    taken.batches().forEach(evaluator::accept);
    if (!whole) {
      postpone(taken);
      output.publish();
      return;
    }
    // A watermark of a time that the clock was wrongly in tells nothing.
    boolean isSound = taken.watermark() <= now + DOUBT.tolerance().toMillis();
    long patience = now - services.maxWait().toMillis();
    long time = isSound ? Math.max(taken.watermark(), patience) : patience;
    evaluator.advance(time);
    arrive(evaluator, taken);
    services.metrics().late(evaluator.corrected(), evaluator.tooLate());
    services.metrics().unreadable(evaluator.unreadable());
    if (catchingUp && time >= startedAt) {
      caughtUp();
    }
    output.publish();
  }

  /** Evaluates what is to be evaluated on arrival, not too often. */
  private void arrive(RuleEvaluator evaluator, RuleInbox.Taken taken) {
    arrived |= hasOnArrival && (taken.overflown() || !taken.batches().isEmpty());
    long now = System.nanoTime(); // as the clock may be set back
    if (arrived && now - arrivalAt >= 0) {
      arrived = false;
      arrivalAt = now + ARRIVAL_NANOS;
      evaluator.arrive(clock.now());
    }
  }

  /** What came is evaluated later. */
  private void postpone(RuleInbox.Taken taken) {
    arrived |= hasOnArrival && !taken.batches().isEmpty();
    arrivalAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
  }

  /** Other rules take over when the windows can be filled for them. */
  private void adopt(RuleEvaluator evaluator) {
    var rules = services.rules().inForce();
    if (rules.number() == inForce) {
      return;
    }
    if (services.history().atCheckpoints()) {
      // Samples that routers kept from the rules before they saw the new ones must be readable.
      if (rules.number() != announced) {
        announced = rules.number();
        announcedAt = System.nanoTime();
      }
      if (!exchange.isReadable(announcedAt + ADOPTION_NANOS)) {
        return;
      }
      services.history().refresh().run();
    }
    evaluator.correct(); // so that what follows from it comes before the state that stands
    stand(evaluator);
    inForce = rules.number();
    evaluator.replace(rules.rules());
    begun(evaluator);
  }

  /** Samples were given up on their way. They are all in the store, or will be. */
  private void givenUp(RuleEvaluator evaluator) {
    LOG.warn("rules lag behind the samples; what they read is taken from the store again");
    stand(evaluator);
    lacking = true;
    lackingSince = System.nanoTime();
  }

  /**
   * Makes up for samples that were given up, if the store shows them. Until then nothing is
   * evaluated: with a part of its samples an alert would end, or a sum be too low.
   */
  private boolean refill(RuleEvaluator evaluator) {
    if (services.history().atCheckpoints() && !exchange.isReadable(lackingSince)) {
      return false;
    }
    services.history().refresh().run();
    evaluator.refill();
    lacking = false;
    arrived |= hasOnArrival;
    if (!catchingUp) {
      exchange.moveOn();
    }
    return true;
  }

  /** The state stays as it is while a window is filled, which may take its time. */
  private void stand(RuleEvaluator evaluator) {
    if (catchingUp || lacking) {
      return;
    }
    exchange.stand(evaluator.snapshot());
  }

  /** The window is filled: evaluations follow. */
  private void begun(RuleEvaluator evaluator) {
    output.evaluator = evaluator;
    hasOnArrival =
        evaluator.rules().groups().stream()
            .anyMatch(group -> services.options().onArrival().test(group.definition()));
    var groups = evaluator.report();
    services.status().rules(groups);
    services.metrics().installed(groups);
    services.metrics().unreadable(evaluator.unreadable());
    if (!catchingUp) {
      exchange.moveOn();
    }
    output.publish();
  }

  /**
   * The ticks of the time before the start are evaluated. A checkpoint in between would have had to
   * keep what is held back; it keeps the state of before instead, from which all comes again.
   */
  private void caughtUp() {
    catchingUp = false;
    output.release();
    output.caughtUp();
    exchange.moveOn();
  }

  /** What evaluations give, until a group is through. */
  private final class Output implements RuleOutput {
    private List<RuleResult> unpublished = new ArrayList<>();
    private @Nullable RuleEvaluator evaluator;

    @Override
    public void samples(SampleBatch batch) {
      unpublished.add(new RuleResult.Samples(batch));
    }

    @Override
    public void alerts(AlertBatch batch) {
      if (!catchingUp) {
        unpublished.add(new RuleResult.Alerts(batch));
        return;
      }
      held.hold(batch);
      if (!batch.transitions().isEmpty()) {
        unpublished.add(
            new RuleResult.Alerts(new AlertBatch(batch.rule(), batch.transitions(), List.of())));
      }
    }

    @Override
    public void evaluated(RuleGroupStatus group) {
      boolean isNewest = services.rules().inForce().number() == inForce;
      if (isNewest || services.history().atCheckpoints()) {
        services.status().evaluated(group); // otherwise other groups are announced already
      }
      services.metrics().evaluated(group);
      publish();
    }

    @Override
    public void corrected() {
      publish();
    }

    /** Lets go what was held back. */
    void release() {
      held.release().forEach(batch -> unpublished.add(new RuleResult.Alerts(batch)));
    }

    /** Nothing of the time before the start follows. */
    void caughtUp() {
      unpublished.add(new RuleResult.Alerts(AlertBatch.CAUGHT_UP));
    }

    List<RuleResult> taken() {
      var taken = unpublished;
      unpublished = new ArrayList<>();
      return taken;
    }

    /** Hands over what has gathered; waits while too much is not taken yet. */
    void publish() {
      if (exchange.handOver()) {
        resultsReady.run();
      }
      var running = evaluator;
      exchange.makeRoom(running == null ? null : running::snapshot);
    }
  }
}
