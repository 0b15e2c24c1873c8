package io.narthex.jobs.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.narthex.jobs.rules.RuleSets;
import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.config.rules.RuleFiles;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.sinks.wal.DurableFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rules that are to be in force on a cluster, as they travel with a job and as {@code narthex rules
 * apply} puts them into the shared folder, file {@code rules/in-force}.
 *
 * @param number grows from one to the next: when they were read, milliseconds, or more where a
 *     clock is behind
 */
record RuleDocument(long number, RuleFiles files) implements Serializable {
  private static final Logger LOG = LoggerFactory.getLogger(RuleDocument.class);
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

  private static Path numberFile(Path sharedFolder) {
    return sharedFolder.resolve("rules").resolve("number");
  }

  /** These rules with a number above another one. */
  RuleDocument after(long other) {
    return new RuleDocument(Math.max(number, other + 1), files);
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

  /**
   * Tells one file of rules from those that were in its place before, as far as a file system can:
   * a new one is another file, though it may have the time and the size of the one before.
   *
   * @param changed by the clock of the file system
   * @param key what the file system knows the file by; null if it has no such thing
   */
  record Stamp(FileTime changed, long bytes, @Nullable Object key) {
    /** Of no file. */
    static final Stamp NONE = new Stamp(FileTime.fromMillis(0), -1, null);
  }

  /** The stamp of the rules in a shared folder. */
  static Stamp stamp(Path sharedFolder) throws IOException {
    try {
      var attributes = Files.readAttributes(file(sharedFolder), BasicFileAttributes.class);
      return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    } catch (NoSuchFileException e) {
      return Stamp.NONE;
    }
  }

  /** Notes in a shared folder that rules with this number are in force, unless later ones are. */
  static void tellNumber(Path sharedFolder, long number) throws IOException {
    if (number > toldNumber(sharedFolder)) {
      Path file = numberFile(sharedFolder);
      Files.createDirectories(file.getParent());
      DurableFile.replace(file, Long.toString(number).getBytes(US_ASCII));
    }
  }

  private static long toldNumber(Path sharedFolder) throws IOException {
    Path file = numberFile(sharedFolder);
    try {
      return Long.parseLong(Files.readString(file, US_ASCII));
    } catch (NoSuchFileException e) {
      return 0;
    } catch (NumberFormatException e) {
      throw new IOException(file + " does not hold the number of the rules in force", e);
    }
  }

  /**
   * The greatest number of rules that is known in a shared folder, those of the job included; 0 if
   * there are none. Rules that this build cannot read count by the number that was noted of them.
   */
  static long newestNumber(Path sharedFolder) throws IOException {
    long told = toldNumber(sharedFolder);
    try {
      var found = read(sharedFolder);
      return found == null ? told : Math.max(told, found.number());
    } catch (ObjectStreamException e) {
      LOG.warn(
          "the rules that were applied before cannot be read and are replaced: {}", e.toString());
      return told;
    }
  }

  /**
   * The rules of a shared folder; null if there are none.
   *
   * @throws IOException if the file cannot be read
   * @throws ObjectStreamException if it is damaged, or of a build that is too different
   */
  static @Nullable RuleDocument read(Path sharedFolder) throws IOException {
    Path file = file(sharedFolder);
    byte[] bytes;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new InvalidObjectException(file + " is too large for rules");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return null;
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      in.setObjectInputFilter(FILTER);
      return (RuleDocument) in.readObject();
    } catch (IOException | ClassNotFoundException | RuntimeException e) {
      var fault = new InvalidObjectException(file + " does not hold rules of this build");
      fault.initCause(e);
      throw fault;
    }
  }
}
