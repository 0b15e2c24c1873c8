package io.narthex.jobs.embedded;

import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of the embedded runtime that the pipeline's state is told from, as Flink registers
 * them. It is one of Flink's reporters: Flink makes it by its name, and {@link #HANDLE} leads that
 * back to the runtime it belongs to.
 */
final class FlinkMetrics implements MetricReporter {
  /** Of a metric's scope: the operator's name, the task's id, the instance. */
  private static final String OPERATOR = "<operator_name>";

  private static final String TASK = "<task_id>";
  private static final String SUBTASK = "<subtask_index>";

  /** The key under which a reporter's settings name the runtime. */
  static final String HANDLE = "handle";

  private static final Set<String> WANTED =
      Set.of(
          "numRecordsIn",
          "numRecordsOut",
          "samples",
          "currentOutputWatermark",
          "currentInputWatermark",
          "busyTimeMsPerSecond",
          "idleTimeMsPerSecond",
          "backPressuredTimeMsPerSecond",
          "inPoolUsage",
          "outPoolUsage",
          "numRestarts",
          "numberOfCompletedCheckpoints",
          "numberOfFailedCheckpoints",
          "lastCheckpointDuration",
          "lastCheckpointSize");

  private static final ConcurrentMap<String, FlinkMetrics> BY_HANDLE = new ConcurrentHashMap<>();
  private static final AtomicLong NEXT = new AtomicLong();

  private final ConcurrentMap<Key, Metric> metrics = new ConcurrentHashMap<>();
  private final String handle = Long.toString(NEXT.incrementAndGet());

  /** What a metric is of; empty texts for what its scope does not name. */
  record Key(String operator, String task, String subtask, String name) {}

  private FlinkMetrics() {}

  /** The metrics of a runtime that is about to start; {@link #release} forgets them. */
  static FlinkMetrics create() {
    var metrics = new FlinkMetrics();
    BY_HANDLE.put(metrics.handle, metrics);
    return metrics;
  }

  String handle() {
    return handle;
  }

  void release() {
    BY_HANDLE.remove(handle);
  }

  @Override
  public void open(MetricConfig config) {
    // nothing to open: metrics are read when somebody asks
  }

  @Override
  public void close() {
    metrics.clear();
  }

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    if (WANTED.contains(name)) {
      metrics.put(key(name, group), metric);
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    if (WANTED.contains(name)) {
      metrics.remove(key(name, group), metric); // a restarted task has put its own there already
    }
  }

  /** All metrics now. */
  Map<Key, Metric> all() {
    return Map.copyOf(metrics);
  }

  /** The number of a counter or gauge; null if it has none at this moment. */
  static @Nullable Number valueOf(Metric metric) {
    if (metric instanceof Counter counter) {
      return counter.getCount();
    }
    return metric instanceof Gauge<?> gauge && gauge.getValue() instanceof Number number
        ? number
        : null;
  }

  private static Key key(String name, MetricGroup group) {
    var scope = group.getAllVariables();
    return new Key(
        scope.getOrDefault(OPERATOR, ""),
        scope.getOrDefault(TASK, ""),
        scope.getOrDefault(SUBTASK, ""),
        name);
  }

  /** What Flink makes the reporter by. */
  public static final class Factory implements MetricReporterFactory {
    @Override
    public MetricReporter createMetricReporter(Properties settings) {
      String handle = settings.getProperty(HANDLE, "");
      var metrics = BY_HANDLE.get(handle);
      if (metrics == null) {
        throw new IllegalStateException("no runtime has the handle " + handle);
      }
      return metrics;
    }
  }
}
