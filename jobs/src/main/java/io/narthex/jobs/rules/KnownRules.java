package io.narthex.jobs.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.config.rules.Rule;
import io.narthex.pipeline.config.rules.RuleFile;
import io.narthex.pipeline.config.rules.RuleFiles;
import io.narthex.pipeline.config.rules.RuleGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rules that have their history, in a file: a line with a digest for each of what decides on
 * its points. A rule of which any of this changes is another one.
 */
public final class KnownRules {
  private final Path file;

  /**
   * Known rules.
   *
   * @param file need not exist
   */
  public KnownRules(Path file) {
    this.file = file;
  }

  /**
   * The rules that are not known.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  RuleFiles without(RuleFiles rules) {
    Set<String> known = read();
    return new RuleFiles(
        rules.files().stream()
            .map(
                file ->
                    new RuleFile(
                        file.path(),
                        file.groups().stream()
                            .map(group -> without(group, known))
                            .filter(group -> !group.rules().isEmpty())
                            .toList()))
            .toList(),
        List.of());
  }

  private static RuleGroup without(RuleGroup group, Set<String> known) {
    return new RuleGroup(
        group.file(),
        group.name(),
        group.interval(),
        group.queryOffset(),
        group.limit(),
        group.labels(),
        group.rules().stream().filter(rule -> !known.contains(digest(group, rule))).toList(),
        group.place());
  }

  /** From now on exactly these are known. */
  void replace(RuleFiles rules) throws IOException {
    Set<String> digests = new TreeSet<>();
    rules
        .groups()
        .forEach(group -> group.rules().forEach(rule -> digests.add(digest(group, rule))));
    if (digests.equals(read())) {
      return;
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.write(next, digests, UTF_8);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Set<String> read() {
    try {
      return Files.exists(file) ? Set.copyOf(Files.readAllLines(file, UTF_8)) : Set.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String digest(RuleGroup group, Rule rule) {
    String what =
        String.join(
            "\n",
            group.file(),
            group.name(),
            String.valueOf(group.interval()),
            String.valueOf(group.queryOffset()),
            Integer.toString(group.limit()),
            rule.getClass().getSimpleName(),
            rule.name(),
            rule.expression(),
            group.labelsOf(rule).toString(),
            rule instanceof AlertingRule alert
                ? alert.holdFor() + " " + alert.keepFiringFor()
                : "");
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(what.getBytes(UTF_8));
      return HexFormat.of().formatHex(Arrays.copyOf(digest, 16));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
