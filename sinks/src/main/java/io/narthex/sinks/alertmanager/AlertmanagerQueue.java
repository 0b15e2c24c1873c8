package io.narthex.sinks.alertmanager;

import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.alert.AlertNotification;
import io.narthex.pipeline.model.Labels;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/**
 * What waits for one Alertmanager, and the one request that is under way to it. Batches go in
 * order; one that fails for a reason that may pass is tried again before anything behind it. Safe
 * for use by several threads; never blocks.
 */
final class AlertmanagerQueue {
  private static final Logger LOG = LoggerFactory.getLogger(AlertmanagerQueue.class);

  private final String url;
  private final Duration timeout;
  private final AlertTransport transport;
  private final SenderOptions options;
  private final SenderMetrics.Of metrics;
  private final AlertHistory history;
  private final Scheduler scheduler;

  private final ArrayDeque<Entry> waiting = new ArrayDeque<>(); // guarded by this
  private List<Entry> underWay = List.of(); // guarded by this
  private boolean sending; // guarded by this
  private @Nullable Disposable loop; // guarded by this; the newest one
  private Sinks.@Nullable Empty<Void> idle; // guarded by this
  private boolean closed; // guarded by this
  private volatile boolean failing;

  /**
   * A notification on its way to this Alertmanager.
   *
   * @param number counts the notifications of the sender
   * @param alert as the rules tell it
   * @param labels as they are sent
   */
  record Entry(long number, AlertNotification alert, Labels labels) {}

  /** An answer that is not 2xx. */
  private static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    RefusedException(AlertTransport.Answer answer) {
      super(
          "HTTP status " + answer.status() + (answer.text().isEmpty() ? "" : ": ") + answer.text());
      status = answer.status();
    }

    boolean mayPass() {
      return status / 100 == 5 || status == 429;
    }
  }

  AlertmanagerQueue(
      String url,
      Duration timeout,
      AlertTransport transport,
      SenderOptions options,
      SenderMetrics.Of metrics,
      AlertHistory history,
      Scheduler scheduler) {
    this.url = url;
    this.timeout = timeout;
    this.transport = transport;
    this.options = options;
    this.metrics = metrics;
    this.history = history;
    this.scheduler = scheduler;
    metrics.length(0);
  }

  /** Takes notifications; the oldest make room for them. */
  synchronized void offer(List<Entry> entries) {
    if (closed || entries.isEmpty()) {
      return;
    }
    waiting.addAll(entries);
    int surplus = waiting.size() - options.queueCapacity();
    for (int i = 0; i < surplus; i++) {
      waiting.remove();
    }
    if (surplus > 0) {
      metrics.dropped(surplus);
      LOG.warn("the queue of {} is full: {} oldest alerts were dropped", url, surplus);
    }
    metrics.length(waiting.size());
    if (!sending) {
      sending = true;
      loop = Mono.defer(this::sendNext).subscribeOn(scheduler).repeat(this::hasMore).subscribe();
    }
  }

  /** Names what is not delivered yet. */
  synchronized void undelivered(BiConsumer<Long, AlertNotification> action) {
    underWay.forEach(entry -> action.accept(entry.number(), entry.alert()));
    waiting.forEach(entry -> action.accept(entry.number(), entry.alert()));
  }

  /** Ends when nothing is to be sent any more. */
  synchronized Mono<Void> drained() {
    if (!sending) {
      return Mono.empty();
    }
    if (idle == null) {
      idle = Sinks.empty();
    }
    return idle.asMono();
  }

  /** Drops what is left and forgets the Alertmanager. */
  synchronized void close() {
    closed = true;
    if (loop != null) {
      loop.dispose();
    }
    int left = waiting.size() + underWay.size();
    if (left > 0) {
      LOG.warn("{} alerts for {} are dropped, as it is no longer served", left, url);
    }
    waiting.clear();
    underWay = List.of();
    metrics.remove();
  }

  private Mono<Void> sendNext() {
    var batch = take();
    if (batch.isEmpty()) {
      return Mono.empty();
    }
    long since = now();
    return Mono.defer(() -> attempt(batch))
        .retryWhen(
            Retry.backoff(Long.MAX_VALUE, options.firstPause())
                .maxBackoff(options.longestPause())
                .scheduler(scheduler)
                .filter(
                    fault -> mayPass(fault) && now() - since < options.giveUpAfter().toMillis()))
        .doOnNext(answer -> delivered(batch, answer))
        .then()
        .onErrorResume(fault -> Mono.fromRunnable(() -> lost(batch, fault)));
  }

  private Mono<AlertTransport.Answer> attempt(List<Entry> batch) {
    long start = now();
    var body = new AlertBody();
    batch.forEach(entry -> body.add(entry.alert(), entry.labels(), start));
    return transport
        .post(url, body.bytes())
        .timeout(timeout, scheduler)
        .doOnNext(answer -> metrics.answered(now() - start))
        .flatMap(
            answer ->
                answer.isTaken() ? Mono.just(answer) : Mono.error(new RefusedException(answer)))
        .doOnError(fault -> failed(batch.size(), fault));
  }

  private static boolean mayPass(Throwable fault) {
    return !(fault instanceof RefusedException refused) || refused.mayPass();
  }

  private synchronized List<Entry> take() {
    var batch = new ArrayList<Entry>(Math.min(options.batchSize(), waiting.size()));
    while (batch.size() < options.batchSize() && !waiting.isEmpty()) {
      batch.add(waiting.remove());
    }
    underWay = List.copyOf(batch);
    metrics.length(waiting.size());
    return underWay;
  }

  private synchronized boolean hasMore() {
    underWay = List.of();
    if (closed || !waiting.isEmpty()) {
      return !closed;
    }
    sending = false;
    if (idle != null) {
      idle.tryEmitEmpty();
      idle = null;
    }
    return false;
  }

  private void delivered(List<Entry> batch, AlertTransport.Answer answer) {
    metrics.sent(batch.size());
    note(batch, true, "HTTP status " + answer.status());
    if (failing) {
      failing = false;
      LOG.info("{} takes alerts again", url);
    }
  }

  /** Says it once for each outage, as a try follows a few seconds later. */
  private void failed(int alerts, Throwable fault) {
    metrics.failed(alerts);
    if (!failing && mayPass(fault)) {
      failing = true;
      LOG.warn("cannot send {} alerts to {}, trying again: {}", alerts, url, reason(fault));
    }
  }

  private void lost(List<Entry> batch, Throwable fault) {
    metrics.dropped(batch.size());
    note(batch, false, reason(fault));
    LOG.error("{} alerts for {} are dropped: {}", batch.size(), url, reason(fault));
  }

  private void note(List<Entry> batch, boolean taken, String answer) {
    history.sent(
        batch.stream().map(Entry::alert).toList(),
        new AlertHistory.Sending(url, now(), taken, answer));
  }

  private static String reason(Throwable fault) {
    return fault instanceof RefusedException
        ? String.valueOf(fault.getMessage())
        : fault.toString();
  }

  private long now() {
    return scheduler.now(TimeUnit.MILLISECONDS);
  }
}
