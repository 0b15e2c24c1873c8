package io.narthex.sinks.alertmanager;

import io.narthex.pipeline.config.AlertingConfig;
import io.narthex.pipeline.relabel.Relabeler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queues of one entry of {@code alertmanagers}. While no Alertmanager of it is known,
 * notifications wait here, as many as a queue holds and as long as a queue tries. Confined to the
 * sender's lock.
 */
final class AlertmanagerSet {
  private static final Logger LOG = LoggerFactory.getLogger(AlertmanagerSet.class);

  private final Relabeler relabeler;
  private final Function<String, AlertmanagerQueue> maker;
  private final SenderOptions options;
  private final SenderMetrics metrics;
  private final Map<String, AlertmanagerQueue> queues = new LinkedHashMap<>();
  private final ArrayDeque<Early> early = new ArrayDeque<>();
  private boolean losing;
  private FoundAlertmanagers found = FoundAlertmanagers.NONE;

  /** A notification that waits for an Alertmanager, and since when, in milliseconds. */
  private record Early(AlertmanagerQueue.Entry entry, long since) {}

  /**
   * Makes a set without Alertmanagers.
   *
   * @param maker makes the queue of a URL
   */
  AlertmanagerSet(
      AlertingConfig.Alertmanagers config,
      Function<String, AlertmanagerQueue> maker,
      SenderOptions options,
      SenderMetrics metrics) {
    this.relabeler = Relabeler.compile(config.alertRelabelRules());
    this.maker = maker;
    this.options = options;
    this.metrics = metrics;
  }

  /**
   * Takes what discovery knows; queues of Alertmanagers that stay are left alone.
   *
   * @param millis the time now
   */
  void found(FoundAlertmanagers now, long millis) {
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
    if (!queues.isEmpty()) {
      var waiting = early(millis);
      queues.values().forEach(queue -> queue.offer(waiting));
      early.clear();
      losing = false;
    }
  }

  FoundAlertmanagers found() {
    return found;
  }

  /**
   * Relabels notifications for these Alertmanagers and queues them.
   *
   * @param millis the time now
   */
  void offer(List<AlertmanagerQueue.Entry> entries, long millis) {
    var mine = new ArrayList<AlertmanagerQueue.Entry>(entries.size());
    for (var entry : entries) {
      var labels = relabeler.apply(entry.labels());
      if (labels != null && !labels.isEmpty()) {
        mine.add(new AlertmanagerQueue.Entry(entry.number(), entry.alert(), labels));
      }
    }
    if (!queues.isEmpty()) {
      queues.values().forEach(queue -> queue.offer(mine));
      return;
    }
    mine.forEach(entry -> early.add(new Early(entry, millis)));
    int surplus = Math.max(0, early.size() - options.queueCapacity());
    for (int i = 0; i < surplus; i++) {
      early.remove();
    }
    lost(surplus);
    giveUpOld(millis);
  }

  private void giveUpOld(long millis) {
    int lost = 0;
    for (var oldest = early.peek();
        oldest != null && millis - oldest.since() >= options.giveUpAfter().toMillis();
        oldest = early.peek()) {
      early.remove();
      lost++;
    }
    lost(lost);
  }

  /** Says it once until an Alertmanager is found. */
  private void lost(int alerts) {
    if (alerts == 0) {
      return;
    }
    metrics.droppedEarly(alerts);
    if (!losing) {
      losing = true;
      LOG.error(
          "{} alerts are dropped, further ones may follow: no Alertmanager of an entry of"
              + " alertmanagers is known yet",
          alerts);
    }
  }

  Iterable<AlertmanagerQueue> queues() {
    return queues.values();
  }

  /**
   * Notifications that wait for an Alertmanager; those that have waited too long are dropped.
   *
   * @param millis the time now
   */
  List<AlertmanagerQueue.Entry> early(long millis) {
    giveUpOld(millis);
    return early.stream().map(Early::entry).toList();
  }

  void close() {
    if (!early.isEmpty()) {
      LOG.warn("{} alerts are dropped that waited for an Alertmanager to be known", early.size());
    }
    early.clear();
    queues.values().forEach(AlertmanagerQueue::close);
    queues.clear();
  }
}
