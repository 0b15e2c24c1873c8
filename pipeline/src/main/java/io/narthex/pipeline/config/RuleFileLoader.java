package io.narthex.pipeline.config;

import io.narthex.pipeline.config.rules.RuleChecks;
import io.narthex.pipeline.config.rules.RuleFile;
import io.narthex.pipeline.config.rules.RuleFiles;
import io.narthex.pipeline.config.rules.RuleGroup;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads rule files of Prometheus. All faults of all files are found in one go, each with its place.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/">the
 *     format</a>
 */
public final class RuleFileLoader {
  private final RuleChecks checks;
  private final boolean utf8Names;
  private final boolean unknownKeysAreFaults;

  private RuleFileLoader(RuleChecks checks, boolean utf8Names, boolean unknownKeysAreFaults) {
    this.checks = checks;
    this.utf8Names = utf8Names;
    this.unknownKeysAreFaults = unknownKeysAreFaults;
  }

  /**
   * A loader.
   *
   * @param checks of expressions and templates
   * @param utf8Names whether label names may be any UTF-8 (else legacy names only)
   */
  public static RuleFileLoader of(RuleChecks checks, boolean utf8Names) {
    return new RuleFileLoader(checks, utf8Names, true);
  }

  /** This loader, but keys that it does not know are left unread. */
  public RuleFileLoader ignoringUnknownKeys() {
    return new RuleFileLoader(checks, utf8Names, false);
  }

  /**
   * Reads the files that a configuration names, with what {@code global} says filled in.
   *
   * @throws ConfigurationException if one of them cannot be read or used
   */
  public RuleFiles load(Configuration configuration) {
    RuleFiles read = load(configuration.ruleFiles());
    GlobalConfig global = configuration.global();
    return new RuleFiles(
        read.files().stream()
            .map(
                file ->
                    new RuleFile(
                        file.path(),
                        file.groups().stream()
                            .map(
                                group ->
                                    group.withDefaults(
                                        global.evaluationInterval(), global.ruleQueryOffset()))
                            .toList()))
            .toList(),
        read.warnings());
  }

  /**
   * Reads the files that match patterns; a file that several match is read once.
   *
   * @param patterns absolute
   * @throws ConfigurationException if one of them cannot be read or used
   */
  public RuleFiles load(List<String> patterns) {
    var context = ReadContext.of("rule_files", Path.of(""));
    Set<Path> paths = new LinkedHashSet<>();
    for (String pattern : patterns) {
      try {
        paths.addAll(FileGlobs.find(pattern));
      } catch (UncheckedIOException e) {
        context.fault(null, "", Value.messageOf(e));
      }
    }
    var files = new ArrayList<RuleFile>();
    for (Path path : paths) {
      Path folder = path.getParent();
      var inner = context.included(path.toString(), folder == null ? path : folder);
      String text = ConfigurationLoader.read(path, inner);
      if (text != null) {
        files.add(file(text, path.toString(), inner));
      }
    }
    context.throwIfFaulty();
    return new RuleFiles(files, context.warnings());
  }

  /**
   * Reads one file.
   *
   * @throws ConfigurationException if it cannot be read or used
   */
  public RuleFiles load(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    var context = ReadContext.of(file.toString(), folder == null ? file : folder);
    String text = ConfigurationLoader.read(file, context);
    RuleFile read = text == null ? null : file(text, file.toString(), context);
    context.throwIfFaulty();
    return new RuleFiles(read == null ? List.of() : List.of(read), context.warnings());
  }

  /**
   * Reads the text of one file.
   *
   * @param path its name, for messages and for the groups
   * @throws ConfigurationException if it cannot be used
   */
  public RuleFile parse(String text, String path) {
    var context = ReadContext.of(path, Path.of(""));
    RuleFile file = file(text, path, context);
    context.throwIfFaulty();
    return file;
  }

  private RuleFile file(String text, String path, ReadContext context) {
    var reader = new RuleFileReader(text, path, context, checks, utf8Names);
    List<RuleGroup> groups = reader.read();
    if (unknownKeysAreFaults) {
      context.reportUnknownKeys();
    }
    return new RuleFile(path, groups);
  }
}
