package io.narthex.operators.relabel;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.operators.relabel.RelabelCache.CompiledPlan;
import io.narthex.operators.relabel.SeriesOutcome.Invalid;
import io.narthex.operators.relabel.SeriesOutcome.Kept;
import io.narthex.pipeline.model.Exemplar;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchBuilder;
import io.narthex.pipeline.model.ScrapeContext;
import io.narthex.pipeline.model.ScrapeContext.Report;
import io.narthex.pipeline.model.StaleMarker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings a scraped batch into its final form: relabels its series, checks the limits, corrects the
 * report series. See {@link ScrapeContext} for the layout of such a batch.
 *
 * <p>A breach of a limit, or a series without a name after relabelling, fails the whole scrape as
 * in Prometheus: {@code up} is 0, none of its samples is stored, and the series of the scrape
 * before go stale. For that the settler remembers, for each target, the series it let through last.
 * Confined to one thread.
 */
final class ScrapeSettler {
  private static final int MAX_TARGETS = 100_000;
  private static final Duration FORGET_AFTER = Duration.ofHours(1);

  private final RelabelCache cache;
  private final Refusals refusals;
  private final Cache<TargetKey, List<Kept>> lastKept =
      Caffeine.newBuilder()
          .maximumSize(MAX_TARGETS)
          .expireAfterAccess(FORGET_AFTER)
          .executor(Runnable::run)
          .build();

  ScrapeSettler(long cacheBytes, Refusals refusals) {
    this.cache = new RelabelCache(cacheBytes);
    this.refusals = refusals;
  }

  /** Is told of scrapes that are refused. */
  interface Refusals {
    void refused(String job, String target, String error);
  }

  private record TargetKey(String job, String target) {}

  /** Settles a batch; batches without a {@link ScrapeContext} pass as they are. */
  SampleBatch settle(SampleBatch batch) {
    if (!(batch.origin() instanceof Origin.Scrape scrape) || scrape.context() == null) {
      return batch;
    }
    var context = scrape.context();
    var settled = new Origin.Scrape(scrape.job(), scrape.target(), null);
    var plan = cache.compile(new RelabelCache.Plan(context.rules(), context.limits()));
    var pass = new Pass(batch, context, plan);
    pass.relabel();
    var key = new TargetKey(scrape.job(), scrape.target());
    if (pass.error != null) {
      refusals.refused(scrape.job(), scrape.target(), pass.error);
      var before = lastKept.getIfPresent(key);
      lastKept.invalidate(key);
      return pass.refuse(settled, before == null ? List.of() : before);
    }
    lastKept.put(key, pass.kept());
    return pass.accept(settled);
  }

  /** One batch on its way. */
  private final class Pass {
    private final SampleBatch batch;
    private final ScrapeContext context;
    private final CompiledPlan plan;
    private final SeriesOutcome[] outcomes;
    private int samples;
    private int added;
    private int nextExemplar;
    private @Nullable String error;

    /** How many samples were read when a series failed the scrape; -1 if none did. */
    private int read = -1;

    Pass(SampleBatch batch, ScrapeContext context, CompiledPlan plan) {
      this.batch = batch;
      this.context = context;
      this.plan = plan;
      this.outcomes = new SeriesOutcome[batch.seriesCount()];
    }

    /**
     * Finds the outcome of each series and counts what is kept; sets the error if the scrape is to
     * be refused.
     */
    void relabel() {
      for (int s = 0; s < batch.seriesCount() && batch.firstRow(s) < context.reportFrom(); s++) {
        outcomes[s] = cache.outcome(plan, batch, s);
        if (batch.firstRow(s) >= context.staleFrom()) {
          continue;
        }
        if (outcomes[s] instanceof Invalid invalid) {
          error = invalid.error();
          read = batch.firstRow(s + 1);
          return;
        }
        if (outcomes[s] instanceof Kept) {
          samples += batch.firstRow(s + 1) - batch.firstRow(s);
          added += context.firstSeen(s) ? 1 : 0;
        }
      }
      int limit = context.limits().samples();
      if (limit > 0 && samples > limit) {
        error = "sample limit exceeded";
      }
    }

    List<Kept> kept() {
      var kept = new ArrayList<Kept>();
      for (int s = 0; s < outcomes.length && batch.firstRow(s) < context.staleFrom(); s++) {
        if (outcomes[s] instanceof Kept series) {
          kept.add(series);
        }
      }
      return kept;
    }

    SampleBatch accept(Origin origin) {
      var out = begin(origin);
      for (int s = 0; s < outcomes.length; s++) {
        if (outcomes[s] instanceof Kept series) {
          out.series(series.labels(), 0, series.labels().length, series.hash());
          copyRows(s, out);
          copyExemplars(s, out);
        }
      }
      batch.metadata().forEach(out::metadata);
      report(out, 1);
      return out.build();
    }

    SampleBatch refuse(Origin origin, List<Kept> before) {
      var out = begin(origin);
      long timestamp = batch.timestamp(context.reportFrom());
      for (var series : before) {
        out.series(series.labels(), 0, series.labels().length, series.hash());
        out.value(timestamp, StaleMarker.VALUE);
      }
      report(out, 0);
      return out.build();
    }

    private SampleBatchBuilder begin(Origin origin) {
      return batch.hasSharedTimestamp()
          ? SampleBatch.at(origin, batch.timestamp(0))
          : SampleBatch.of(origin);
    }

    private void copyRows(int series, SampleBatchBuilder out) {
      for (int row = batch.firstRow(series); row < batch.firstRow(series + 1); row++) {
        var histogram = batch.histogram(row);
        if (histogram == null) {
          out.value(batch.timestamp(row), batch.value(row));
        } else {
          out.histogram(batch.timestamp(row), histogram);
        }
        if (batch.hasStartTimestamps()) {
          out.startTimestamp(batch.startTimestamp(row));
        }
      }
    }

    private void copyExemplars(int series, SampleBatchBuilder out) {
      var exemplars = batch.exemplars(); // in the order of their series
      for (; nextExemplar < exemplars.size(); nextExemplar++) {
        Exemplar exemplar = exemplars.get(nextExemplar);
        if (exemplar.series() > series) {
          return;
        }
        if (exemplar.series() == series) {
          out.exemplar(exemplar.labels(), exemplar.value(), exemplar.timestamp());
        }
      }
    }

    private void report(SampleBatchBuilder out, double up) {
      int first = seriesOfReport();
      for (int s = first; s < batch.seriesCount(); s++) {
        int row = batch.firstRow(s);
        out.series(batch.labelBytes(), batch.labelFrom(s), batch.labelTo(s), batch.hash(s));
        double value =
            switch (Report.values()[s - first]) {
              case UP -> Math.min(up, batch.value(row));
              case SCRAPED -> read < 0 ? batch.value(row) : read;
              case POST_RELABEL -> samples;
              case ADDED -> added;
              default -> batch.value(row);
            };
        out.value(batch.timestamp(row), value);
      }
    }

    private int seriesOfReport() {
      int s = batch.seriesCount();
      while (s > 0 && batch.firstRow(s - 1) >= context.reportFrom()) {
        s--;
      }
      return s;
    }
  }
}
