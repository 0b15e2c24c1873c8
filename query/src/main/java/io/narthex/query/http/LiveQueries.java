package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.Arrivals;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

/**
 * Followers of queries: each is told when samples of the series that its query selects have
 * arrived, and otherwise now and then. Signals that come while a follower is busy become one.
 *
 * <p>Whether a batch concerns a follower is found out on a thread of its own, from the hashes of
 * its series; if that thread falls behind, all followers are told instead.
 */
final class LiveQueries implements AutoCloseable {
  /** How often a follower is told without samples, since time alone changes answers. */
  static final Duration REFRESH = Duration.ofSeconds(15);

  private static final int WAITING_BATCHES = 64;

  private final int maxFollowers;
  private final @Nullable Arrivals arrivals;
  private final List<Follower> followers = new CopyOnWriteArrayList<>();
  private final ThreadPoolExecutor matching;
  private Arrivals.@Nullable Registration registration; // guarded by this
  private boolean closed; // guarded by this

  /**
   * @param maxFollowers most at a time
   * @param arrivals null where nobody knows of arrivals: followers are told each second
   */
  LiveQueries(int maxFollowers, @Nullable Arrivals arrivals) {
    this.maxFollowers = maxFollowers;
    this.arrivals = arrivals;
    matching =
        new ThreadPoolExecutor(
            1,
            1,
            REFRESH.toSeconds(),
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_BATCHES),
            work -> {
              var thread = new Thread(work, "narthex-live");
              thread.setDaemon(true);
              return thread;
            });
    matching.allowCoreThreadTimeOut(true);
  }

  /** Followers at the moment. */
  int size() {
    return followers.size();
  }

  /**
   * Follows a query.
   *
   * @param selectors of the query; a series concerns it if it satisfies one of them
   * @throws FaultException {@code OVERLOADED} if there is no place
   */
  synchronized Follower follow(List<List<Matcher>> selectors) {
    if (closed || followers.size() >= maxFollowers) {
      throw new FaultException(
          Fault.OVERLOADED,
          "there are "
              + followers.size()
              + " live queries already, --query.max-live="
              + maxFollowers
              + " allows no more");
    }
    var follower = new Follower(selectors);
    followers.add(follower);
    if (registration == null && arrivals != null) {
      registration = arrivals.listen(this::arrived);
    }
    return follower;
  }

  private synchronized void remove(Follower follower) {
    followers.remove(follower);
    if (followers.isEmpty() && registration != null) {
      registration.close();
      registration = null;
    }
  }

  private void arrived(SampleBatch batch) {
    try {
      matching.execute(() -> followers.forEach(follower -> follower.look(batch)));
    } catch (RejectedExecutionException e) {
      followers.forEach(Follower::signal); // it falls behind: a needless evaluation harms nobody
    }
  }

  /** Lets all followers go. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    followers.forEach(Follower::end);
    matching.shutdownNow();
  }

  /** One who follows; to be closed. */
  final class Follower implements AutoCloseable {
    private final List<List<Matcher>> selectors;
    private final SeriesVerdicts verdicts = new SeriesVerdicts(); // only by the matching thread
    private final AtomicBoolean pending = new AtomicBoolean();
    private volatile @Nullable FluxSink<Boolean> sink;
    private volatile boolean ended;

    private Follower(List<List<Matcher>> selectors) {
      this.selectors = selectors;
    }

    /**
     * Signals, at most one waiting.
     *
     * @param interval least time between two
     */
    <T> Flux<T> each(Duration interval, Mono<T> evaluation) {
      Flux<Boolean> signals = Flux.create(this::begin, FluxSink.OverflowStrategy.LATEST);
      return signals.concatMap(
          signal ->
              Mono.defer(
                      () -> {
                        pending.set(false); // what arrives from here on is not in the answer
                        return evaluation;
                      })
                  .concatWith(Mono.delay(interval).then(Mono.empty())),
          0);
    }

    private void begin(FluxSink<Boolean> to) {
      var period = arrivals == null ? Duration.ofSeconds(1) : REFRESH;
      Disposable ticks = Flux.interval(period).onBackpressureDrop().subscribe(i -> signal());
      to.onDispose(ticks);
      sink = to;
      if (ended) {
        to.complete();
      }
      if (pending.get()) {
        to.next(true);
      }
    }

    private void signal() {
      var to = sink;
      if (pending.compareAndSet(false, true) && to != null) {
        to.next(true);
      }
    }

    private void end() {
      ended = true;
      var to = sink;
      if (to != null) {
        to.complete();
      }
    }

    private void look(SampleBatch batch) {
      if (pending.get()) {
        return; // it will be evaluated anyway
      }
      for (int series = 0; series < batch.seriesCount(); series++) {
        long hash = batch.hash(series);
        int verdict = verdicts.of(hash);
        if (verdict == SeriesVerdicts.UNKNOWN) {
          verdict = concerns(batch.labels(series)) ? SeriesVerdicts.YES : SeriesVerdicts.NO;
          verdicts.put(hash, verdict);
        }
        if (verdict == SeriesVerdicts.YES) {
          signal();
          return;
        }
      }
    }

    private boolean concerns(Labels labels) {
      for (var matchers : selectors) {
        boolean all = true;
        for (var matcher : matchers) {
          all &= matcher.matches(labels.get(matcher.name()));
        }
        if (all) {
          return true;
        }
      }
      return false;
    }

    @Override
    public void close() {
      remove(this);
    }
  }
}
