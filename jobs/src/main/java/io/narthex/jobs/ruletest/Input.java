package io.narthex.jobs.ruletest;

import io.narthex.pipeline.config.ruletest.RuleTest;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchBuilder;
import io.narthex.query.promql.histogram.SeriesArithmetic;
import io.narthex.query.promql.histogram.StoredHints;
import io.narthex.query.promql.parse.SeriesDescription;
import io.narthex.query.promql.parse.SeriesDescriptionParser;
import io.narthex.query.promql.parse.SeriesValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The samples of a test, in order of time: a batch for each time. */
final class Input {
  private static final Origin ORIGIN = new Origin.Import();

  private final List<SeriesDescription> series;
  private final long start;
  private final long interval;
  private final int steps;
  private final StoredHints hints = new StoredHints();
  private int next;

  private Input(List<SeriesDescription> series, long start, long interval) {
    this.series = series;
    this.start = start;
    this.interval = interval;
    steps = series.stream().mapToInt(each -> each.values().size()).max().orElse(0);
  }

  /** The samples of a test; what cannot be read becomes mismatches. */
  static Input of(RuleTest test, List<Mismatch> mismatches) {
    var parser = new SeriesDescriptionParser(new SeriesArithmetic());
    var series = new ArrayList<SeriesDescription>();
    for (var given : test.input()) {
      try {
        series.add(parser.parse(given.series() + " " + given.values()));
      } catch (FaultException e) {
        mismatches.add(
            Mismatch.error(
                given.place(),
                "input_series: %s %s: %s"
                    .formatted(given.series(), given.values(), e.getMessage())));
      }
    }
    return new Input(series, test.start(), test.interval().toMillis());
  }

  /** Hands over the samples up to a time that were not handed over before. */
  void until(long time, Consumer<SampleBatch> into) {
    while (next < steps && start + next * interval <= time) {
      var batch = SampleBatch.at(ORIGIN, start + next * interval);
      for (var description : series) {
        if (next < description.values().size()) {
          add(batch, description, description.values().get(next));
        }
      }
      if (batch.rowCount() > 0) {
        into.accept(batch.build());
      }
      next++;
    }
  }

  private void add(SampleBatchBuilder batch, SeriesDescription description, SeriesValue value) {
    if (value instanceof SeriesValue.FloatValue number) {
      hints.interrupted(description.labels());
      batch.series(description.labels()).value(number.value());
    } else if (value instanceof SeriesValue.Histogram histogram) {
      batch
          .series(description.labels())
          .histogram(
              start + next * interval, hints.next(description.labels(), histogram.histogram()));
    }
  }
}
