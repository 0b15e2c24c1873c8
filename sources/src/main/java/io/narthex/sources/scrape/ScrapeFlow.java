package io.narthex.sources.scrape;

import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.sources.reactive.BatchFlow;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.connector.source.SourceEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * The scrape loops of one reader. It is told all its targets and starts, changes and ends loops
 * until it has just these.
 *
 * <p>Its watermark is exact: just before the oldest scrape that runs or whose batch has not left,
 * else just before now.
 */
final class ScrapeFlow implements BatchFlow<TargetSplit> {
  private static final Logger LOG = LoggerFactory.getLogger(ScrapeFlow.class);

  private final LoopTools tools;
  private final Map<String, TargetLoop> loops = new HashMap<>(); // only touched by the task thread
  private final Map<String, TargetLoop> moved = new HashMap<>(); // by former ids; likewise
  private final Map<String, TargetLoop> ending = new ConcurrentHashMap<>();
  private final Sinks.Many<TargetLoop> started = Sinks.many().unicast().onBackpressureBuffer();
  private final List<TargetSplit> gathered = new ArrayList<>();
  private long generation = -1;
  private int partsLeft;

  ScrapeFlow(LoopTools tools) {
    this.tools = tools;
  }

  /** A flow with threads and connections of its own. */
  static ScrapeFlow create(
      StatusBoard board, ScrapeMetrics metrics, KnownSeries known, ScrapeOptions options) {
    int cores = Runtime.getRuntime().availableProcessors();
    var buffers = new BufferPool(4 * cores);
    return new ScrapeFlow(
        new LoopTools(
            new PlainFetcher(
                new HttpFetcher(buffers, options.maxBodyBytes()), buffers, options.maxBodyBytes()),
            board,
            metrics,
            new FailureLog(Clock.systemUTC(), Schedulers.boundedElastic()),
            buffers,
            known,
            options,
            Schedulers.newParallel("scrape", cores, true)));
  }

  @Override
  public Flux<SampleBatch> batches() {
    return started
        .asFlux()
        .flatMap(
            loop -> loop.batches().doOnComplete(() -> ending.remove(loop.split().splitId(), loop)),
            Integer.MAX_VALUE, // a loop waits for its time most of the time
            1);
  }

  @Override
  public long watermark() {
    long oldest = tools.millis() - tools.toleranceMillis();
    for (var loop : loops.values()) {
      oldest = Math.min(oldest, loop.pending());
    }
    for (var loop : ending.values()) {
      oldest = Math.min(oldest, loop.pending());
    }
    return oldest - 1;
  }

  @Override
  public void delivered(SampleBatch batch) {
    if (batch.rowCount() > 0 && batch.origin() instanceof Origin.Scrape scrape) {
      String id = scrape.job() + "/" + scrape.target();
      long timestamp = batch.timestamp(batch.rowCount() - 1); // report rows have the scrape's time
      delivered(loops.get(id), timestamp);
      delivered(ending.get(id), timestamp);
      delivered(moved.get(id), timestamp);
    }
  }

  private static void delivered(@Nullable TargetLoop loop, long timestamp) {
    if (loop != null) {
      loop.delivered(timestamp);
    }
  }

  @Override
  public void handle(SourceEvent event) {
    if (!(event instanceof TargetsEvent part)) {
      throw new IllegalArgumentException("unexpected event " + event.getClass().getName());
    }
    if (part.generation() < generation) {
      return;
    }
    if (part.generation() > generation || part.part() == 0) {
      generation = part.generation();
      gathered.clear();
      partsLeft = part.parts();
    }
    gathered.addAll(part.targets());
    if (--partsLeft == 0) {
      reconcile();
      gathered.clear();
    }
  }

  @Override
  public void close() {
    loops.clear();
    moved.clear();
    ending.clear();
    tools.close();
  }

  /** What the series of a target are told apart by. */
  private record Identity(String pool, Map<String, String> labels) {
    static Identity of(TargetSplit target) {
      return new Identity(target.pool(), target.labelMap());
    }
  }

  /** Starts, changes and ends loops. */
  private void reconcile() {
    var wanted = new HashSet<String>();
    gathered.forEach(target -> wanted.add(target.splitId()));
    moveToNewIds(wanted);
    int begun = 0;
    int changed = 0;
    for (var target : gathered) {
      String id = target.splitId();
      var loop = loops.get(id);
      if (loop == null) {
        start(target);
        begun++;
      } else if (!loop.split().equals(target)) {
        loop.reconfigure(target);
        changed++;
      }
    }
    int before = loops.size();
    loops
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !wanted.contains(entry.getKey());
              if (gone) {
                ending.put(entry.getKey(), entry.getValue());
                entry.getValue().stop();
              }
              return gone;
            });
    tools.fetcher().retain(gathered);
    LOG.info(
        "scraping {} targets: {} new, {} changed, {} gone",
        loops.size(),
        begun,
        changed,
        before - loops.size());
  }

  /**
   * A target whose path or parameters changed has another id, and the same series: its loop goes
   * on, so that there is no gap in them. What it has sent under the old id may still be on its way.
   */
  private void moveToNewIds(Set<String> wanted) {
    moved.values().removeIf(loop -> !loop.isPending());
    var left = new HashMap<Identity, TargetLoop>();
    loops.forEach(
        (id, loop) -> {
          if (!wanted.contains(id)) {
            left.put(Identity.of(loop.split()), loop);
          }
        });
    if (left.isEmpty()) {
      return;
    }
    for (var target : gathered) {
      if (!loops.containsKey(target.splitId())) {
        var loop = left.remove(Identity.of(target));
        if (loop != null) {
          loops.remove(loop.split().splitId());
          moved.put(loop.split().splitId(), loop);
          loops.put(target.splitId(), loop);
        }
      }
    }
  }

  private void start(TargetSplit target) {
    var loop = new TargetLoop(target, tools);
    var before = ending.get(target.splitId());
    if (before != null) {
      before.followed();
    }
    loops.put(target.splitId(), loop);
    started.tryEmitNext(loop).orThrow();
  }
}
