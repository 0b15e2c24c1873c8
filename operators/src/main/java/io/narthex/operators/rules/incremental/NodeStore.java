package io.narthex.operators.rules.incremental;

import io.narthex.operators.rules.window.WindowStore;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.BufferedPage;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.pipeline.storage.StoreStatistics;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * The window, and the values of nodes as if they were series in it: a selector with a node's own
 * matcher finds them, each with one sample at the time of the tick. So what is left of an
 * expression runs on the engine of the queries. Confined to one thread.
 */
final class NodeStore implements SampleStore {
  private final WindowStore window;
  private final IdentityHashMap<Matcher, SeriesNode> nodes = new IdentityHashMap<>();
  private long time;

  NodeStore(WindowStore window) {
    this.window = window;
  }

  /** The matchers by which a node is found. */
  List<Matcher> matchers(SeriesNode node) {
    for (var entry : nodes.entrySet()) {
      if (entry.getValue() == node) {
        return List.of(entry.getKey());
      }
    }
    var matcher = Matcher.equal("__node__", Integer.toString(nodes.size()));
    nodes.put(matcher, node);
    return List.of(matcher);
  }

  /** Sets the time of the samples of all nodes. */
  void at(long tick) {
    time = tick;
  }

  @Override
  public SeriesSelection select(Selector selector) {
    var node = selector.matchers().size() == 1 ? nodes.get(selector.matchers().get(0)) : null;
    return node == null ? window.select(selector) : new Selection(node, order(node), time);
  }

  /** The positions that a query comes across, in its order. */
  private static int[] order(SeriesNode node) {
    int[] order = new int[node.ordered()];
    int size = 0;
    for (int n = 0; n < order.length; n++) {
      if (node.selected[node.position(n)]) {
        order[size++] = node.position(n);
      }
    }
    return size == order.length ? order : Arrays.copyOf(order, size);
  }

  @Override
  public List<String> labelNames(Lookup lookup) {
    return window.labelNames(lookup);
  }

  @Override
  public List<String> labelValues(String name, Lookup lookup) {
    return window.labelValues(name, lookup);
  }

  @Override
  public List<Labels> series(Lookup lookup) {
    return window.series(lookup);
  }

  @Override
  public StoreStatistics statistics() {
    return window.statistics();
  }

  private record Selection(SeriesNode node, int[] order, long time) implements SeriesSelection {
    @Override
    public int size() {
      return order.length;
    }

    @Override
    public Labels labels(int series) {
      return node.labels(order[series]);
    }

    @Override
    public void read(int series, long after, long to, SampleBuffer into) {
      int position = order[series];
      if (node.present[position] && time > after && time <= to) {
        into.add(time, node.values[position]);
      }
    }

    @Override
    public PageCursor pages(int series) {
      var page = new SampleBuffer();
      read(series, Long.MIN_VALUE, Long.MAX_VALUE, page);
      return new BufferedPage(page);
    }

    @Override
    public void close() {}
  }
}
