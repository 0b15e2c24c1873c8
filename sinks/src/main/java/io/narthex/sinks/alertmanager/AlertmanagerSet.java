package io.narthex.sinks.alertmanager;

import io.narthex.pipeline.config.AlertingConfig;
import io.narthex.pipeline.relabel.Relabeler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The queues of one entry of {@code alertmanagers}. Until discovery has said something for the
 * first time, notifications wait here, as many as a queue holds. Confined to the sender's lock.
 */
final class AlertmanagerSet {
  private final Relabeler relabeler;
  private final Function<String, AlertmanagerQueue> maker;
  private final int mostEarly;
  private final Map<String, AlertmanagerQueue> queues = new LinkedHashMap<>();
  private final List<AlertmanagerQueue.Entry> early = new ArrayList<>();
  private boolean discovered;
  private FoundAlertmanagers found = FoundAlertmanagers.NONE;

  /**
   * Makes a set without Alertmanagers.
   *
   * @param maker makes the queue of a URL
   * @param mostEarly notifications that wait for discovery
   */
  AlertmanagerSet(
      AlertingConfig.Alertmanagers config,
      Function<String, AlertmanagerQueue> maker,
      int mostEarly) {
    this.relabeler = Relabeler.compile(config.alertRelabelRules());
    this.maker = maker;
    this.mostEarly = mostEarly;
  }

  /** Takes what discovery knows now; queues of Alertmanagers that stay are left alone. */
  void found(FoundAlertmanagers now) {
    found = now;
    queues
        .entrySet()
        .removeIf(
            queue -> {
              if (now.active().contains(queue.getKey())) {
                return false;
              }
              queue.getValue().close();
              return true;
            });
    now.active().forEach(url -> queues.computeIfAbsent(url, maker));
    if (!discovered) {
      discovered = true;
      queues.values().forEach(queue -> queue.offer(early));
      early.clear();
    }
  }

  FoundAlertmanagers found() {
    return found;
  }

  /** Relabels notifications for these Alertmanagers and queues them. */
  void offer(List<AlertmanagerQueue.Entry> entries) {
    var mine = new ArrayList<AlertmanagerQueue.Entry>(entries.size());
    for (var entry : entries) {
      var labels = relabeler.apply(entry.labels());
      if (labels != null && !labels.isEmpty()) {
        mine.add(new AlertmanagerQueue.Entry(entry.number(), entry.alert(), labels));
      }
    }
    if (discovered) {
      queues.values().forEach(queue -> queue.offer(mine));
      return;
    }
    early.addAll(mine);
    if (early.size() > mostEarly) {
      early.subList(0, early.size() - mostEarly).clear();
    }
  }

  Iterable<AlertmanagerQueue> queues() {
    return queues.values();
  }

  /** Notifications that wait for discovery. */
  List<AlertmanagerQueue.Entry> early() {
    return early;
  }

  void close() {
    queues.values().forEach(AlertmanagerQueue::close);
    queues.clear();
  }
}
