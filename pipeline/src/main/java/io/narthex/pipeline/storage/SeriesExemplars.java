package io.narthex.pipeline.storage;

import io.narthex.pipeline.model.Exemplar;
import io.narthex.pipeline.model.Labels;
import java.util.List;

/**
 * The exemplars of one series.
 *
 * @param series labels of the series
 * @param exemplars in order of time; their series number is 0
 */
public record SeriesExemplars(Labels series, List<Exemplar> exemplars) {

  public SeriesExemplars {
    exemplars = List.copyOf(exemplars);
  }
}
