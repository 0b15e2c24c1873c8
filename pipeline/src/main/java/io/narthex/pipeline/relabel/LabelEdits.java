package io.narthex.pipeline.relabel;

import io.narthex.pipeline.model.Labels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A label set while rules change it. It is visited in the order of Prometheus: labels that have not
 * been touched, by name, then those that were set, in the order in which they were set first. Where
 * two labels are mapped to one name the last one wins, so the order can be seen. Not thread-safe.
 */
final class LabelEdits {
  private final Labels base;
  private final Map<String, String> untouched = new LinkedHashMap<>();
  private final Map<String, String> written = new LinkedHashMap<>();
  private boolean changed;

  LabelEdits(Labels base) {
    this.base = base;
    base.forEach(untouched::put);
  }

  /** The value of a label; empty if there is none. */
  String get(String name) {
    String value = written.get(name);
    return value != null ? value : untouched.getOrDefault(name, "");
  }

  /** Sets a label; an empty value removes it. */
  void set(String name, String value) {
    if (value.isEmpty()) {
      remove(name);
      return;
    }
    untouched.remove(name);
    written.put(name, value);
    changed = true;
  }

  void remove(String name) {
    if (untouched.remove(name) != null) {
      changed = true;
    }
    if (written.remove(name) != null) {
      changed = true;
    }
  }

  /** The names there are now, in the order of visiting; a copy. */
  List<String> names() {
    Set<String> names = new LinkedHashSet<>(untouched.keySet());
    names.addAll(written.keySet());
    return new ArrayList<>(names);
  }

  Labels labels() {
    if (!changed) {
      return base;
    }
    var builder = Labels.builder();
    untouched.forEach(builder::set);
    written.forEach(builder::set);
    return builder.build();
  }
}
