package io.narthex.pipeline.config.rules;

import java.io.Serializable;
import java.util.List;

/**
 * One rule file.
 *
 * @param path absolute
 * @param groups in order of the file
 */
public record RuleFile(String path, List<RuleGroup> groups) implements Serializable {
  public RuleFile {
    groups = List.copyOf(groups);
  }
}
