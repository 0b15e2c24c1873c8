package io.narthex.jobs.embedded;

import io.narthex.pipeline.status.PipelineStatus;
import io.narthex.pipeline.status.PipelineStatus.Checkpoints;
import io.narthex.pipeline.status.PipelineStatus.Edge;
import io.narthex.pipeline.status.PipelineStatus.Kind;
import io.narthex.pipeline.status.PipelineStatus.Stage;
import io.narthex.pipeline.status.PipelineStatus.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.Collectors;
import org.apache.flink.metrics.Metric;
import org.apache.flink.streaming.api.graph.StreamEdge;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.jspecify.annotations.Nullable;

/** The stages of a job's graph, and their state as Flink's metrics tell it. Immutable. */
final class PipelineView {
  private static final double MILLIS_PER_SECOND = 1000;

  private final List<Node> nodes;
  private final List<Link> edges;

  /** A stage as the graph has it; Flink names metrics by {@code operator}. */
  private record Node(String id, String operator, String name, Kind kind, int parallelism) {}

  private record Link(String from, String to) {}

  private PipelineView(List<Node> nodes, List<Link> edges) {
    this.nodes = List.copyOf(nodes);
    this.edges = List.copyOf(edges);
  }

  static PipelineView of(StreamGraph graph) {
    var nodes = new ArrayList<Node>();
    var edges = new ArrayList<Link>();
    for (StreamNode node : graph.getStreamNodes()) {
      String operator = node.getOperatorName();
      nodes.add(
          new Node(id(node.getId()), operator, shown(operator), kind(node), node.getParallelism()));
      for (StreamEdge edge : node.getOutEdges()) {
        edges.add(new Link(id(edge.getSourceId()), id(edge.getTargetId())));
      }
    }
    return new PipelineView(nodes, edges);
  }

  private static String id(int node) {
    return "stage-" + node;
  }

  /** The name given to a stage, without what Flink puts around it. */
  private static String shown(String operator) {
    return operator.replaceFirst("^Source: ", "").replaceFirst(": Writer$", "");
  }

  private static Kind kind(StreamNode node) {
    if (node.getInEdges().isEmpty()) {
      return Kind.SOURCE;
    }
    return node.getOutEdges().isEmpty() ? Kind.SINK : Kind.OPERATOR;
  }

  /**
   * The state now.
   *
   * @param state of the job
   */
  PipelineStatus status(String state, long now, Map<FlinkMetrics.Key, Metric> metrics) {
    var numbers = new Numbers(metrics);
    var stages = new ArrayList<Stage>();
    var taskOf = new HashMap<String, String>();
    var names = new LinkedHashMap<String, String>();
    for (var node : nodes) {
      String task = numbers.taskOf(node.operator());
      taskOf.put(node.id(), task);
      names.merge(task, node.name(), (before, next) -> before + " → " + next);
      stages.add(stage(node, task, numbers));
    }
    names.remove("");
    var tasks = new ArrayList<Task>();
    names.forEach((id, name) -> tasks.add(task(id, name, numbers)));
    var joined = new ArrayList<Edge>();
    for (var edge : edges) {
      String from = taskOf.getOrDefault(edge.from(), "");
      boolean chained = !from.isEmpty() && from.equals(taskOf.get(edge.to()));
      joined.add(new Edge(edge.from(), edge.to(), chained));
    }
    return new PipelineStatus(
        state,
        now,
        Math.max(0, (long) numbers.job("numRestarts")),
        new Checkpoints(
            (long) numbers.job("numberOfCompletedCheckpoints"),
            (long) numbers.job("numberOfFailedCheckpoints"),
            Math.max(0, (long) numbers.job("lastCheckpointDuration")),
            Math.max(0, (long) numbers.job("lastCheckpointSize"))),
        stages,
        joined,
        tasks,
        List.of());
  }

  private static Stage stage(Node node, String task, Numbers numbers) {
    var samples = numbers.of(node.operator(), "samples", Double::sum);
    var in = numbers.of(node.operator(), "numRecordsIn", Double::sum);
    var out = numbers.of(node.operator(), "numRecordsOut", Double::sum);
    return new Stage(
        node.id(),
        node.name(),
        node.kind(),
        task,
        node.parallelism(),
        in == null ? 0 : in.longValue(),
        out == null ? 0 : out.longValue(),
        samples == null ? null : samples.longValue(),
        watermark(node.operator(), numbers));
  }

  private static @Nullable Long watermark(String operator, Numbers numbers) {
    var out = numbers.of(operator, "currentOutputWatermark", Math::min);
    var mark = out == null ? numbers.of(operator, "currentInputWatermark", Math::min) : out;
    // The ends of the range stand for "none yet" and "there will be no more".
    return mark == null || mark <= Long.MIN_VALUE || mark >= Long.MAX_VALUE
        ? null
        : (Long) mark.longValue();
  }

  private static Task task(String id, String name, Numbers numbers) {
    return new Task(
        id,
        name,
        numbers.share(id, "busyTimeMsPerSecond") / MILLIS_PER_SECOND,
        numbers.share(id, "idleTimeMsPerSecond") / MILLIS_PER_SECOND,
        numbers.share(id, "backPressuredTimeMsPerSecond") / MILLIS_PER_SECOND,
        numbers.share(id, "inPoolUsage"),
        numbers.share(id, "outPoolUsage"));
  }

  /** Metrics by whom they are of, over all instances. */
  private record Numbers(Map<FlinkMetrics.Key, Metric> metrics) {

    /** The id of the task that runs an operator; empty while it does not run. */
    String taskOf(String operator) {
      return metrics.keySet().stream()
          .filter(key -> key.operator().equals(operator) && !key.task().isEmpty())
          .map(FlinkMetrics.Key::task)
          .findFirst()
          .orElse("");
    }

    @Nullable Double of(String operator, String name, DoubleBinaryOperator over) {
      var values =
          metrics.entrySet().stream()
              .filter(e -> e.getKey().operator().equals(operator) && e.getKey().name().equals(name))
              .map(e -> FlinkMetrics.valueOf(e.getValue()))
              .filter(value -> value != null)
              .collect(Collectors.toList());
      return values.isEmpty()
          ? null
          : (Double)
              values.stream().mapToDouble(Number::doubleValue).reduce(over).orElse(Double.NaN);
    }

    /** The highest of a task's instances; 0 where it is not known. */
    double share(String task, String name) {
      return metrics.entrySet().stream()
          .filter(
              e ->
                  e.getKey().task().equals(task)
                      && e.getKey().operator().isEmpty()
                      && e.getKey().name().equals(name))
          .map(e -> FlinkMetrics.valueOf(e.getValue()))
          .filter(value -> value != null && Double.isFinite(value.doubleValue()))
          .mapToDouble(Number::doubleValue)
          .max()
          .orElse(0);
    }

    /** Of the whole job; 0 where it is not known. */
    double job(String name) {
      return share("", name);
    }
  }
}
