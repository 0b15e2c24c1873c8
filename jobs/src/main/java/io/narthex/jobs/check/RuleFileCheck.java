package io.narthex.jobs.check;

import io.narthex.operators.rules.plan.RuleFileChecks;
import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.config.RuleFileLoader;
import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.config.rules.RuleFile;
import io.narthex.pipeline.config.rules.RuleFiles;
import io.narthex.query.promql.parse.ParseOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks rule files. */
public final class RuleFileCheck {
  private final RuleFileLoader loader;

  /**
   * A check.
   *
   * @param parsing what expressions may use
   * @param unknownKeysAreFaults else they are left unread
   */
  public RuleFileCheck(ParseOptions parsing, boolean unknownKeysAreFaults) {
    var strict = RuleFileLoader.of(new RuleFileChecks(parsing), true);
    loader = unknownKeysAreFaults ? strict : strict.ignoringUnknownKeys();
  }

  /**
   * A file without faults.
   *
   * @param rules how many it has
   * @param warnings what has no effect, each with its place
   * @param duplicates rules that write the same series
   */
  public record Outcome(int rules, List<String> warnings, List<Duplicate> duplicates) {
    public Outcome {
      warnings = List.copyOf(warnings);
      duplicates = List.copyOf(duplicates);
    }
  }

  /**
   * Rules that write the same series, so that the last one wins.
   *
   * @param name of metric or alert
   * @param labels in effect, by name
   * @param places {@code file:line:column} of each, at least two
   */
  public record Duplicate(String name, Map<String, String> labels, List<String> places) {
    public Duplicate {
      places = List.copyOf(places);
    }
  }

  /**
   * Checks a file.
   *
   * @throws ConfigurationException if it has faults
   */
  public Outcome check(Path file) {
    return outcome(loader.load(file));
  }

  /**
   * Checks a text.
   *
   * @param name for messages
   * @throws ConfigurationException if it has faults
   */
  public Outcome check(String text, String name) {
    return outcome(new RuleFiles(List.of(loader.parse(text, name)), List.of()));
  }

  private static Outcome outcome(RuleFiles read) {
    int rules = read.groups().mapToInt(group -> group.rules().size()).sum();
    var duplicates = new ArrayList<Duplicate>();
    read.files().forEach(file -> duplicates(file, duplicates));
    return new Outcome(rules, read.warnings(), duplicates);
  }

  private record Written(boolean alert, String name, Map<String, String> labels) {}

  private static void duplicates(RuleFile file, List<Duplicate> found) {
    var places = new LinkedHashMap<Written, List<String>>();
    for (var group : file.groups()) {
      for (var rule : group.rules()) {
        var written = new Written(rule instanceof AlertingRule, rule.name(), group.labelsOf(rule));
        var place = rule.places().rule();
        places
            .computeIfAbsent(written, key -> new ArrayList<>())
            .add(file.path() + ":" + place.line() + ":" + place.column());
      }
    }
    places.forEach(
        (written, where) -> {
          if (where.size() > 1) {
            found.add(new Duplicate(written.name(), written.labels(), where));
          }
        });
  }
}
