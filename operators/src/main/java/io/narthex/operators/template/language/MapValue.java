package io.narthex.operators.template.language;

import java.util.Map;

/**
 * A map by strings, either to strings or to any values.
 *
 * @param ofStrings whether absent entries are empty strings
 */
public record MapValue(boolean ofStrings, Map<String, ?> entries) {

  String typeName() {
    return ofStrings ? "map[string]string" : "map[string]interface {}";
  }

  /** The entry, or what stands for one that is not there. */
  Object get(String key) {
    Object entry = entries.get(key);
    if (ofStrings) {
      return entry == null ? "" : entry;
    }
    return new Boxed(entry == null ? Absent.NO_VALUE : entry);
  }
}
