package io.narthex.pipeline.config.rules;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * All rule files of a configuration.
 *
 * @param warnings what was read but has no effect, each with its place
 */
public record RuleFiles(List<RuleFile> files, List<String> warnings) implements Serializable {
  /** No rules. */
  public static final RuleFiles NONE = new RuleFiles(List.of(), List.of());

  public RuleFiles {
    files = List.copyOf(files);
    warnings = List.copyOf(warnings);
  }

  /** The groups of all files, in order. */
  public Stream<RuleGroup> groups() {
    return files.stream().flatMap(file -> file.groups().stream());
  }
}
