package io.narthex.pipeline.config.rules;

import io.narthex.pipeline.model.Names;
import java.io.Serializable;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * A rule whose result is stored.
 *
 * @param name metric name of the result
 * @param expression PromQL as written
 * @param labels set on each series of the result, sorted by name; an empty value removes the label
 */
public record RecordingRule(
    String name, String expression, Map<String, String> labels, RulePlaces places) implements Rule {

  public RecordingRule {
    labels = sorted(labels);
  }

  static Map<String, String> sorted(Map<String, String> labels) {
    var copy = new TreeMap<String, String>(new NameOrder());
    copy.putAll(labels);
    return Collections.unmodifiableMap(copy);
  }

  /** Byte order of names, as a serializable class since maps carry their order along. */
  private static final class NameOrder implements Comparator<String>, Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public int compare(String a, String b) {
      return Names.BYTE_ORDER.compare(a, b);
    }
  }
}
