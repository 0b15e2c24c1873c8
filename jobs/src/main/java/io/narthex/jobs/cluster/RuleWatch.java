package io.narthex.jobs.cluster;

import io.narthex.jobs.cluster.RuleDocument.Stamp;
import java.io.IOException;
import java.io.ObjectStreamException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for newer rules in a shared folder. Calls must not overlap. */
final class RuleWatch {
  private static final Logger LOG = LoggerFactory.getLogger(RuleWatch.class);

  private final Path sharedFolder;
  private final Reading reading;
  private Stamp seen = Stamp.NONE;
  private long number;

  /** Reads the rules of a folder, as {@link RuleDocument#read} does. */
  @FunctionalInterface
  interface Reading {
    @Nullable RuleDocument read(Path sharedFolder) throws IOException;
  }

  /**
   * A watch that has seen nothing yet.
   *
   * @param number of the rules in force
   */
  RuleWatch(Path sharedFolder, long number) {
    this(sharedFolder, number, RuleDocument::read);
  }

  RuleWatch(Path sharedFolder, long number, Reading reading) {
    this.sharedFolder = sharedFolder;
    this.number = number;
    this.reading = reading;
  }

  /** The number of the newest rules that are known. */
  long number() {
    return number;
  }

  /**
   * Rules that are newer than all that were known before; null if there are none. Those that cannot
   * be used are told to the log, once.
   *
   * @throws IOException if the folder cannot be read; the next call looks again
   */
  @Nullable RuleDocument newer() throws IOException {
    var stamp = RuleDocument.stamp(sharedFolder);
    if (stamp.equals(seen)) {
      return null;
    }
    RuleDocument found = null;
    try {
      found = reading.read(sharedFolder);
    } catch (ObjectStreamException e) {
      LOG.error("the rules in {} cannot be used; those before stay in force", sharedFolder, e);
    }
    seen = stamp;
    if (found == null || found.number() <= number) {
      return null;
    }
    number = found.number();
    return found;
  }
}
