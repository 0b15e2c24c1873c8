package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertEvaluator;
import io.narthex.operators.alert.ForStateRestore;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds in the store what was written of an alert before its state was lost.
 *
 * @param from first millisecond that still counts
 */
record WrittenAlerts(SampleStore store, long from) implements ForStateRestore.History {
  private static final Logger LOG = LoggerFactory.getLogger(WrittenAlerts.class);

  @Override
  public ForStateRestore.@Nullable Point newest(Labels series, long before) {
    long to = before - 1;
    var matchers = new ArrayList<Matcher>();
    matchers.add(Matcher.equal(Labels.METRIC_NAME, AlertEvaluator.ALERTS_FOR_STATE));
    series.forEach((name, value) -> matchers.add(Matcher.equal(name, value)));
    var wanted = series.toBuilder();
    wanted.set(Labels.METRIC_NAME, AlertEvaluator.ALERTS_FOR_STATE);
    var labels = wanted.build();
    var buffer = new SampleBuffer();
    try (var found = store.select(new SampleStore.Selector(matchers, from, to, false))) {
      for (int i = 0; i < found.size(); i++) {
        if (found.labels(i).equals(labels)) {
          found.read(i, from - 1, to, buffer);
          int last = buffer.size() - 1;
          return last < 0
              ? null
              : new ForStateRestore.Point(buffer.timestamps()[last], buffer.values()[last]);
        }
      }
    } catch (FaultException e) {
      LOG.warn("whether {} was active before the start is not known: {}", series, e.getMessage());
    }
    return null;
  }
}
