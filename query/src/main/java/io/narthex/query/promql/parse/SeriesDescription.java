package io.narthex.query.promql.parse;

import io.narthex.pipeline.model.Labels;
import java.util.List;

/**
 * A series as tests write it down.
 *
 * @param labels with the metric's name, if it has one
 * @param values one for each step
 */
public record SeriesDescription(Labels labels, List<SeriesValue> values) {
  public SeriesDescription {
    values = List.copyOf(values);
  }

  /**
   * A description split behind its labels.
   *
   * @param rest what follows, white space included
   */
  public record Prefix(Labels labels, String rest) {}
}
