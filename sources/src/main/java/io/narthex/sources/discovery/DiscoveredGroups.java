package io.narthex.sources.discovery;

import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.config.TargetGroups;
import io.narthex.pipeline.config.TargetGroups.Format;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Target lists of files and answers, with the label that says where each group comes from. */
final class DiscoveredGroups {
  private DiscoveredGroups() {}

  /**
   * Reads a list.
   *
   * @param source names the groups, together with their place in the list
   * @param extra a label that each group gets
   * @throws io.narthex.pipeline.config.ConfigurationException if the text is no such list
   */
  static List<TargetGroup> read(
      String text, String source, Format format, Map.Entry<String, String> extra) {
    return TargetGroups.parse(text, source, format).stream()
        .map(group -> with(group, extra))
        .toList();
  }

  private static TargetGroup with(TargetGroup group, Map.Entry<String, String> extra) {
    var labels = new HashMap<>(group.labels());
    labels.put(extra.getKey(), extra.getValue());
    return new TargetGroup(group.targets(), labels, group.source());
  }
}
