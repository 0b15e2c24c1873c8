package io.narthex.pipeline.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.Node;

/** What the readers of one file share: its name, its folder, and what they found. */
final class ReadContext {
  /** More faults than anyone reads at once; the rest is counted. */
  private static final int MAX_FAULTS = 500;

  private final String file;
  private final Path folder;
  private final Findings findings;
  private final List<Section> sections = new ArrayList<>();
  private boolean onlyQuotedText;

  private ReadContext(String file, Path folder, Findings findings) {
    this.file = file;
    this.folder = folder.toAbsolutePath().normalize();
    this.findings = findings;
  }

  static ReadContext of(String file, Path folder) {
    return new ReadContext(file, folder, new Findings());
  }

  /** The context of a file that this one includes; findings come together. */
  ReadContext included(String includedFile, Path includedFolder) {
    return new ReadContext(includedFile, includedFolder, findings);
  }

  /** A context of the same file whose findings only count once they are taken over. */
  ReadContext apart() {
    return new ReadContext(file, folder, new Findings());
  }

  /** Takes over what another context found. */
  void take(ReadContext other) {
    for (ConfigurationFault fault : other.findings.faults) {
      faultAt(fault.line(), fault.column(), fault.path(), fault.message());
    }
    findings.unsupported.addAll(other.findings.unsupported);
    findings.warnings.addAll(other.findings.warnings);
    findings.files.addAll(other.findings.files);
  }

  /** From now on numbers and truth values are no texts, as in JSON. */
  void onlyQuotedText() {
    onlyQuotedText = true;
  }

  boolean isOnlyQuotedText() {
    return onlyQuotedText;
  }

  void fault(@Nullable Node node, String path, String message) {
    faultAt(node == null ? null : node.getStartMark(), path, message);
  }

  void faultAt(@Nullable Mark mark, String path, String message) {
    int line = mark == null ? 0 : mark.getLine() + 1;
    int column = mark == null ? 0 : mark.getColumn() + 1;
    faultAt(line, column, path, message);
  }

  /** A fault at a place that counts from 1; 0 is the file as a whole. */
  void faultAt(int line, int column, String path, String message) {
    if (findings.faults.size() < MAX_FAULTS) {
      findings.faults.add(new ConfigurationFault(file, line, column, path, message));
    } else {
      findings.omitted++;
    }
  }

  /** Notes a part that is understood but not built. */
  void unsupported(Node node, String what, String where) {
    findings.unsupported.add("not supported yet: " + what + placeOf(node, where));
  }

  /** Notes a part that does nothing here. */
  void warn(Node node, String what, String where) {
    findings.warnings.add(what + placeOf(node, where));
  }

  List<String> unsupported() {
    return findings.unsupported;
  }

  List<String> warnings() {
    return findings.warnings;
  }

  /** The files that were named so far. */
  List<FileReference> files() {
    return List.copyOf(findings.files);
  }

  /** A path seen from the folder of the file; empty stays empty. */
  String resolve(Node node, String path, String given) {
    if (given.isEmpty()) {
      return given;
    }
    try {
      String target = folder.resolve(given).normalize().toString();
      Mark mark = node.getStartMark();
      findings.files.add(
          new FileReference(file, mark.getLine() + 1, mark.getColumn() + 1, path, given, target));
      return target;
    } catch (InvalidPathException e) {
      fault(node, path, "not a path: " + e.getReason());
      return "";
    }
  }

  /** Keeps a section until all keys have been asked for. */
  void opened(Section section) {
    sections.add(section);
  }

  /** Reports the keys that nobody asked for. */
  void reportUnknownKeys() {
    sections.forEach(Section::reportUnknownKeys);
    sections.clear();
  }

  /**
   * Ends the reading.
   *
   * @throws ConfigurationException if there are faults
   */
  void throwIfFaulty() {
    if (findings.faults.isEmpty()) {
      return;
    }
    var sorted = new ArrayList<>(findings.faults);
    sorted.sort(ConfigurationFault.BY_PLACE);
    if (findings.omitted > 0) {
      sorted.add(
          new ConfigurationFault(file, 0, 0, "", findings.omitted + " more faults are not shown"));
    }
    throw new ConfigurationException(sorted);
  }

  private String placeOf(Node node, String where) {
    return " ("
        + (where.isEmpty() ? "" : where + ", ")
        + file
        + ":"
        + (node.getStartMark().getLine() + 1)
        + ")";
  }

  private static final class Findings {
    final Set<ConfigurationFault> faults = new LinkedHashSet<>();
    final List<String> unsupported = new ArrayList<>();
    final List<String> warnings = new ArrayList<>();
    final Set<FileReference> files = new LinkedHashSet<>();
    int omitted;
  }
}
