package io.narthex.sources.discovery;

import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Reads lists of target groups, {@code [{targets: [...], labels: {...}}]}, as JSON or YAML. */
final class TargetGroups {
  private static final int MOST_CODE_POINTS = 256 << 20;

  private TargetGroups() {}

  /**
   * Reads JSON.
   *
   * @param source names the groups, together with their place in the list
   * @param extra a label that each group gets
   * @throws IllegalArgumentException if the text is not such a list; the message says where
   */
  static List<TargetGroup> json(String text, String source, Map.Entry<String, String> extra) {
    return groups(JsonText.read(text), source, extra);
  }

  /** Reads YAML; otherwise as {@link #json}. */
  static List<TargetGroup> yaml(String text, String source, Map.Entry<String, String> extra) {
    var options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setCodePointLimit(MOST_CODE_POINTS);
    try {
      return groups(new Yaml(new SafeConstructor(options)).load(text), source, extra);
    } catch (YAMLException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static List<TargetGroup> groups(
      @Nullable Object read, String source, Map.Entry<String, String> extra) {
    if (read == null) {
      return List.of();
    }
    if (!(read instanceof List<?> list)) {
      throw new IllegalArgumentException("want a list of target groups");
    }
    var groups = new ArrayList<TargetGroup>(list.size());
    for (int i = 0; i < list.size(); i++) {
      if (!(list.get(i) instanceof Map<?, ?> group)) {
        throw new IllegalArgumentException(
            "nil target group item found (index " + i + "): want targets and labels");
      }
      groups.add(group(group, source + ":" + i, extra));
    }
    return groups;
  }

  private static TargetGroup group(
      Map<?, ?> group, String source, Map.Entry<String, String> extra) {
    for (Object key : group.keySet()) {
      if (!"targets".equals(key) && !"labels".equals(key) && !"source".equals(key)) {
        throw new IllegalArgumentException(
            "group " + source + ": unknown key " + key + ", known: targets, labels");
      }
    }
    var targets = new ArrayList<String>();
    if (group.get("targets") instanceof List<?> list) {
      list.forEach(target -> targets.add(text(target, "targets of group " + source)));
    } else if (group.get("targets") != null) {
      throw new IllegalArgumentException("targets of group " + source + ": want a list");
    }
    var labels = new LinkedHashMap<String, String>();
    if (group.get("labels") instanceof Map<?, ?> map) {
      map.forEach(
          (name, value) ->
              labels.put(text(name, "labels of group " + source), text(value, "label " + name)));
    } else if (group.get("labels") != null) {
      throw new IllegalArgumentException("labels of group " + source + ": want a map");
    }
    labels.put(extra.getKey(), extra.getValue());
    return new TargetGroup(targets, labels, source);
  }

  /** YAML reads bare numbers and booleans as such; as texts they are what was written. */
  private static String text(@Nullable Object value, String where) {
    if (value == null || value instanceof List || value instanceof Map) {
      throw new IllegalArgumentException(where + ": want a string");
    }
    return value.toString();
  }
}
