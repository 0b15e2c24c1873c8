package io.narthex.pipeline.status;

import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.model.MetricMetadata;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where the dataflow writes what the HTTP API tells, and where the API reads it. Safe for use by
 * several threads; readers get copies.
 */
public interface StatusBoard {

  /** Replaces what discovery found for a pool; targets that stay keep their health. */
  void discovered(
      String pool, List<TargetStatus> active, List<DroppedTarget> dropped, int droppedCount);

  /**
   * Notes the outcome of a scrape of a target that {@link #discovered} named; others are ignored.
   */
  void scraped(TargetStatus target);

  /**
   * Notes that a scrape which went well was refused afterwards, by a limit or an invalid series;
   * the target counts as down.
   */
  void refused(String pool, String target, String error);

  /** Forgets pools that are no longer configured. */
  void retainPools(List<String> pools);

  /** Replaces what a target says about its metric families; an empty list forgets the target. */
  void metadata(String pool, String target, List<MetricMetadata> metadata);

  /** Replaces what is known of Alertmanagers. */
  void alertmanagers(Alertmanagers found);

  Alertmanagers alertmanagers();

  /** Replaces all rule groups: those of a configuration that has come into force. */
  void rules(List<RuleGroupStatus> groups);

  /** Notes the newest evaluation of a group; one that {@link #rules} did not name is ignored. */
  void evaluated(RuleGroupStatus group);

  /** Tells where the audit trail of alerts is kept. */
  void history(AlertHistory history);

  AlertHistory history();

  /** The rule groups in order of their files and, within a file, of their names. */
  List<RuleGroupStatus> rules();

  /** Says whom to ask for the state of the dataflow; it is asked by each reader anew. */
  void pipeline(Supplier<PipelineStatus> now);

  /** The dataflow now; {@link PipelineStatus#UNKNOWN} while nobody can tell. */
  PipelineStatus pipeline();

  List<String> pools();

  List<TargetStatus> activeTargets();

  List<DroppedTarget> droppedTargets();

  /** Dropped targets of each pool, those not kept included. */
  Map<String, Integer> droppedCounts();

  /** Metadata by target, the key being pool and target id. */
  Map<TargetKey, List<MetricMetadata>> metadata();

  /**
   * Alertmanagers that discovery found.
   *
   * @param active URLs that alerts are sent to
   * @param dropped URLs that relabelling dropped
   */
  record Alertmanagers(List<String> active, List<String> dropped) {
    public static final Alertmanagers NONE = new Alertmanagers(List.of(), List.of());

    public Alertmanagers {
      active = List.copyOf(active);
      dropped = List.copyOf(dropped);
    }
  }

  /** Names a target across pools. */
  record TargetKey(String pool, String target) {}
}
