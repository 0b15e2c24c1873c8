package io.narthex.pipeline.config;

import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Lists of targets, as file discovery reads them from files and HTTP discovery from answers: {@code
 * [{"targets": ["host:port"], "labels": {"name": "value"}}]}.
 */
public final class TargetGroups {
  private TargetGroups() {}

  /** How a list is written. */
  public enum Format {
    YAML,
    JSON
  }

  /**
   * Reads the list in a file.
   *
   * @throws ConfigurationException if it cannot be read or is no such list
   */
  public static List<TargetGroup> load(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    var context = ReadContext.of(file.toString(), folder == null ? file : folder);
    String text = ConfigurationLoader.read(file, context);
    if (text == null) {
      context.throwIfFaulty();
      return List.of();
    }
    return parse(text, file.toString());
  }

  /**
   * Reads a list; it is YAML if the name of its source ends in {@code .yml} or {@code .yaml}, else
   * JSON.
   *
   * @param source path or URL; the groups are called after it, {@code source:0} and so on
   * @throws ConfigurationException if the text is no such list
   */
  public static List<TargetGroup> parse(String text, String source) {
    String name = source.toLowerCase(Locale.ROOT);
    boolean yaml = name.endsWith(".yml") || name.endsWith(".yaml");
    return parse(text, source, yaml ? Format.YAML : Format.JSON);
  }

  /**
   * Reads a list.
   *
   * @param source path or URL; the groups are called after it, {@code source:0} and so on
   * @throws ConfigurationException if the text is no such list
   */
  public static List<TargetGroup> parse(String text, String source, Format format) {
    var context = ReadContext.of(source, Path.of(""));
    Node root =
        format == Format.JSON ? JsonNodes.compose(text, context) : YamlNodes.compose(text, context);
    List<TargetGroup> groups = groups(root, source, context);
    context.throwIfFaulty();
    return groups;
  }

  private static List<TargetGroup> groups(@Nullable Node root, String source, ReadContext context) {
    var groups = new ArrayList<TargetGroup>();
    if (root == null || new Value(context, root, "").isNull()) {
      return groups;
    }
    if (!(root instanceof SequenceNode list)) {
      var value = new Value(context, root, "");
      value.fault("expected a list of target groups, got " + value.kind());
      return groups;
    }
    for (Node item : list.getValue()) {
      int index = groups.size();
      var value = new Value(context, item, "[" + index + "]");
      if (value.isNull()) {
        value.fault("nil target group item found, expected a mapping with targets and labels");
      }
      Section section = value.isNull() ? null : Section.open(value);
      String name = source + ":" + index;
      groups.add(
          section == null
              ? new TargetGroup(List.of(), Map.of(), name)
              : DiscoveryReader.group(section, name, false));
      context.reportUnknownKeys();
    }
    return groups;
  }
}
