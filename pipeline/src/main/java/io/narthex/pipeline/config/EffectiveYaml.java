package io.narthex.pipeline.config;

import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Prints what sections have read, as Prometheus prints its configuration. */
final class EffectiveYaml {
  private EffectiveYaml() {}

  /** The text of a tree of maps, lists and scalars; empty maps and lists are left out. */
  static String print(Map<String, Object> tree) {
    return print(withoutEmpty(tree));
  }

  /** The entry of a job in a printed configuration; empty if it has none. */
  static String scrapeConfig(String printed, String jobName) {
    Object root = new Yaml(new SafeConstructor(new LoaderOptions())).load(printed);
    if (root instanceof Map<?, ?> map && map.get("scrape_configs") instanceof List<?> jobs) {
      for (Object job : jobs) {
        if (job instanceof Map<?, ?> entry && jobName.equals(entry.get("job_name"))) {
          return print((Object) entry);
        }
      }
    }
    return "";
  }

  private static String print(Object tree) {
    var options = new DumperOptions();
    options.setDefaultFlowStyle(FlowStyle.BLOCK);
    options.setSplitLines(false);
    options.setAllowUnicode(true);
    var yaml = new Yaml(options);
    Node root = yaml.represent(tree);
    sourceLabelsInLine(root);
    var out = new StringWriter();
    yaml.serialize(root, out);
    return out.toString();
  }

  /** A copy, so that nothing is shared and no alias is printed. */
  private static Object withoutEmpty(Object value) {
    if (value instanceof Map<?, ?> map) {
      var copy = new LinkedHashMap<Object, Object>();
      map.forEach(
          (key, child) -> {
            Object kept = withoutEmpty(Objects.requireNonNull(child));
            if (!isEmpty(kept)) {
              copy.put(Objects.requireNonNull(key), kept);
            }
          });
      return copy;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(child -> withoutEmpty(Objects.requireNonNull(child))).toList();
    }
    return value;
  }

  private static boolean isEmpty(Object value) {
    return (value instanceof Map<?, ?> map && map.isEmpty())
        || (value instanceof List<?> list && list.isEmpty());
  }

  private static void sourceLabelsInLine(Node node) {
    if (node instanceof SequenceNode sequence) {
      sequence.getValue().forEach(EffectiveYaml::sourceLabelsInLine);
    } else if (node instanceof MappingNode mapping) {
      for (var tuple : mapping.getValue()) {
        boolean inLine =
            tuple.getKeyNode() instanceof ScalarNode key && key.getValue().equals("source_labels");
        if (inLine && tuple.getValueNode() instanceof SequenceNode labels) {
          labels.setFlowStyle(FlowStyle.FLOW);
        } else {
          sourceLabelsInLine(tuple.getValueNode());
        }
      }
    }
  }
}
