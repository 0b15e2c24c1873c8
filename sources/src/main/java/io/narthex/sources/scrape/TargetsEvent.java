package io.narthex.sources.scrape;

import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;

/**
 * Tells a reader all its targets, in parts: messages between processes are bounded. The parts of a
 * newer generation make those of an older one void.
 *
 * @param generation grows with each change
 * @param part number of this part, from 0
 * @param parts how many there are
 */
record TargetsEvent(long generation, int part, int parts, List<TargetSplit> targets)
    implements SourceEvent {
  private static final long serialVersionUID = 1;

  TargetsEvent {
    targets = List.copyOf(targets);
  }
}
