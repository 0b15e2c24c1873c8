package io.narthex.sinks.store;

import io.narthex.pipeline.storage.AppendResult.Reason;
import io.narthex.sinks.head.HeadCounters;
import io.narthex.sinks.wal.WalListener;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** The store's own metrics, under the names that Prometheus gives them. */
final class StoreMetrics implements WalListener, AutoCloseable {
  private final PrometheusRegistry registry;
  private final Damages damages;
  private final List<Collector> registered = new ArrayList<>();
  private final Summary fsyncs;
  private final Counter corruptions;
  private final Counter failedWrites;
  private final Counter walBytes;
  final Counter compactions;
  final Counter failedCompactions;
  final Counter timeRetentions;
  final Counter sizeRetentions;

  StoreMetrics(PrometheusRegistry registry, Damages damages) {
    this.registry = registry;
    this.damages = damages;
    this.fsyncs =
        keep(
            Summary.builder()
                .name("prometheus_tsdb_wal_fsync_duration_seconds")
                .help("Duration of write log fsync.")
                .quantile(0.5, 0.05)
                .quantile(0.9, 0.01)
                .quantile(0.99, 0.001)
                .register(registry));
    this.corruptions =
        counter("prometheus_tsdb_wal_corruptions", "Places of the write log without valid frames.");
    this.failedWrites =
        counter("prometheus_tsdb_wal_writes_failed", "Group commits that failed and are retried.");
    this.walBytes = counter("prometheus_tsdb_wal_written_bytes", "Bytes written to the write log.");
    this.compactions =
        counter("prometheus_tsdb_compactions", "Segments flushed and compactions run.");
    this.failedCompactions =
        counter("prometheus_tsdb_compactions_failed", "Flushes and compactions that failed.");
    this.timeRetentions =
        counter("prometheus_tsdb_time_retentions", "Blocks deleted because they were too old.");
    this.sizeRetentions =
        counter(
            "prometheus_tsdb_size_retentions", "Blocks deleted because the store was too large.");
    count("narthex_store_damages", "Damaged places found on the disk.", damages::found);
  }

  /** Registers what is asked of the head when somebody looks. */
  void head(HeadCounters head) {
    count("prometheus_tsdb_head_series_removed", "Series that left the head.", head::seriesRemoved);
    count(
        "prometheus_tsdb_head_out_of_order_samples_appended",
        "Samples stored out of order.",
        head::outOfOrder);
    count(
        "prometheus_tsdb_out_of_order_samples",
        "Samples refused because out of order samples are not taken.",
        () -> head.rejected(Reason.OUT_OF_ORDER));
    count(
        "prometheus_tsdb_too_old_samples",
        "Samples refused because they are older than the out of order window.",
        () -> head.rejected(Reason.TOO_OLD));
    count(
        "prometheus_tsdb_out_of_bound_samples",
        "Samples refused because they lie too far ahead or behind.",
        () -> head.rejected(Reason.OUT_OF_BOUNDS));
    keep(
        CounterWithCallback.builder()
            .name("prometheus_tsdb_head_samples_appended")
            .help("Samples appended.")
            .labelNames("type")
            .callback(
                callback -> {
                  callback.call((double) head.floats(), "float");
                  callback.call((double) head.histograms(), "histogram");
                })
            .register(registry));
  }

  void gauge(String name, String help, LongSupplier value) {
    keep(
        GaugeWithCallback.builder()
            .name(name)
            .help(help)
            .callback(callback -> callback.call((double) value.getAsLong()))
            .register(registry));
  }

  private void count(String name, String help, LongSupplier value) {
    keep(
        CounterWithCallback.builder()
            .name(name)
            .help(help)
            .callback(callback -> callback.call((double) value.getAsLong()))
            .register(registry));
  }

  private Counter counter(String name, String help) {
    return keep(Counter.builder().name(name).help(help).register(registry));
  }

  private <T extends Collector> T keep(T collector) {
    registered.add(collector);
    return collector;
  }

  @Override
  public void synced(double seconds) {
    fsyncs.observe(seconds);
  }

  @Override
  public void written(int bytes) {
    walBytes.inc(bytes);
  }

  @Override
  public void writeFailed() {
    failedWrites.inc();
  }

  @Override
  public void missing(Path file, String reason) {
    corruptions.inc();
    damages.reportLoss("wal", file.toString(), reason);
  }

  @Override
  public void corrupt(Path file, long offset, long length) {
    corruptions.inc();
    damages.report(
        "wal",
        file + " at " + offset,
        length + " bytes are no valid frames; they are skipped, all others are replayed");
  }

  /** Takes all metrics out of the registry. */
  @Override
  public void close() {
    registered.forEach(registry::unregister);
  }
}
