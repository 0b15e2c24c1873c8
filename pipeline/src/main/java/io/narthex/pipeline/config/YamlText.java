package io.narthex.pipeline.config;

import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** Trees of maps, lists and scalars as YAML text, without anchors. */
public final class YamlText {
  private YamlText() {}

  /** The text of a tree, keys in the order of the maps. */
  public static String print(Map<String, ?> tree) {
    var options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setDereferenceAliases(true);
    return new Yaml(options).dump(tree);
  }
}
