package io.narthex.jobs.cluster;

import io.narthex.jobs.rules.RuleSets;
import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.config.rules.RuleFiles;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.sinks.wal.DurableFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Rules that are to be in force on a cluster, as they travel with a job and as {@code narthex rules
 * apply} puts them into the shared folder, file {@code rules/in-force}.
 *
 * @param number grows from one to the next: when they were read, milliseconds
 */
record RuleDocument(long number, RuleFiles files) implements Serializable {
  private static final long MOST_BYTES = 256L << 20;

  /** Only what rule files consist of. */
  private static final ObjectInputFilter FILTER =
      ObjectInputFilter.Config.createFilter(
          "io.narthex.jobs.cluster.RuleDocument;io.narthex.pipeline.config.**;java.util.**;java.time.**;java.lang.**;!*");

  /**
   * Reads the rule files of a configuration.
   *
   * @throws io.narthex.pipeline.config.ConfigurationException if one cannot be used
   */
  static RuleDocument of(Configuration configuration) {
    return new RuleDocument(
        System.currentTimeMillis(),
        RuleSets.load(configuration, EngineOptions.defaults().parsing()));
  }

  private static Path file(Path sharedFolder) {
    return sharedFolder.resolve("rules").resolve("in-force");
  }

  /** Puts the rules into a shared folder, in the place of those that are there. */
  void publish(Path sharedFolder) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(this);
    }
    Path file = file(sharedFolder);
    Files.createDirectories(file.getParent());
    DurableFile.replace(file, bytes.toByteArray());
  }

  /** When the rules of a shared folder last changed, by its clock; 0 if there are none. */
  static long changedAt(Path sharedFolder) throws IOException {
    try {
      return Files.getLastModifiedTime(file(sharedFolder)).toMillis();
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /**
   * The rules of a shared folder; null if there are none.
   *
   * @throws IOException if they cannot be read, or were written by a build that is too different
   */
  static @Nullable RuleDocument read(Path sharedFolder) throws IOException {
    Path file = file(sharedFolder);
    byte[] bytes;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException(file + " is too large for rules");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return null;
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      in.setObjectInputFilter(FILTER);
      return (RuleDocument) in.readObject();
    } catch (ClassNotFoundException | ClassCastException e) {
      throw new InvalidClassException(file + " does not hold rules of this build: " + e);
    }
  }
}
