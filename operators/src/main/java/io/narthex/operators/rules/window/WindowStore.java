package io.narthex.operators.rules.window;

import io.narthex.operators.rules.plan.Interests;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.BufferedPage;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.pipeline.storage.StoreStatistics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What rules read, in memory: the series that they select, each as far back as the longest look of
 * its selectors. A second sample at the same time is ignored. Confined to one thread.
 */
public final class WindowStore implements SampleStore {
  private static final Logger LOG = LoggerFactory.getLogger(WindowStore.class);

  private final Interests interests;
  private final Map<List<Matcher>, SelectedSeries> members = new HashMap<>();
  private final LabelTable<SeriesWindow> table = new LabelTable<>();
  private final List<SeriesWindow> all = new ArrayList<>();

  private final Gaps gaps = new Gaps();
  private final Horizon horizon;

  /** A window of which nobody asks what came late. */
  public WindowStore(Interests interests) {
    this(interests, new Horizon());
  }

  /**
   * @param horizon what is late
   */
  public WindowStore(Interests interests, Horizon horizon) {
    this.interests = interests;
    this.horizon = horizon;
    interests
        .reach()
        .keySet()
        .forEach(matchers -> members.put(matchers, new SelectedSeries(matchers, horizon)));
  }

  /** The series of all selectors. */
  public Collection<SelectedSeries> selections() {
    return members.values();
  }

  /** The series of a selector that rules have; null if they have none such. */
  public @Nullable SelectedSeries selected(List<Matcher> matchers) {
    return members.get(matchers);
  }

  /** All series with samples, in the order in which they came. */
  public List<SeriesWindow> series() {
    return Collections.unmodifiableList(all);
  }

  /** The window of a series; null if it has no samples. */
  public @Nullable SeriesWindow find(Labels labels) {
    byte[] bytes = labels.bytes();
    return table.get(bytes, 0, bytes.length, labels.hash());
  }

  /** Series with samples. */
  public int seriesCount() {
    return all.size();
  }

  /** Takes the samples of series that rules read; drops the others. */
  public void append(SampleBatch batch) {
    boolean oneEach = batch.oneRowEach();
    for (int series = 0; series < batch.seriesCount(); series++) {
      var window = window(batch, series);
      if (window == null) {
        continue;
      }
      int end = oneEach ? series + 1 : batch.firstRow(series + 1);
      for (int row = batch.firstRow(series); row < end; row++) {
        window.add(
            batch.timestamp(row),
            batch.value(row),
            batch.histogram(row),
            batch.startTimestamp(row),
            false);
      }
    }
  }

  /** Takes one sample, if rules read its series; it replaces one at the same time. */
  public void append(Labels labels, long time, double value, @Nullable FloatHistogram histogram) {
    var window = window(labels);
    if (window != null) {
      window.add(time, value, histogram, 0, true);
    }
  }

  /**
   * Takes from a store what rules read. What the store cannot read is left out, see {@link #gaps}.
   *
   * @param now ticks from here on find what they need
   * @param last gives the last millisecond from which the samples of a series are taken
   */
  public void fill(SampleStore history, long now, Limit last) {
    var buffer = new SampleBuffer();
    long before = gaps.count();
    interests
        .reach()
        .forEach(
            (matchers, reach) ->
                new WindowFill(history, matchers, reach, last, this::take, gaps, buffer)
                    .read(now - reach, Long.MAX_VALUE));
    if (gaps.count() > before) {
      LOG.warn(
          "rules go without {} spans of samples that the store cannot read; {}",
          gaps.count() - before,
          gaps.reason());
    }
  }

  /** What was left out as the store could not read it. */
  public Gaps gaps() {
    return gaps;
  }

  /**
   * Takes from a store the samples of a span of time.
   *
   * @param from first millisecond
   * @param to last millisecond
   */
  public void load(SampleStore history, long from, long to, Predicate<Labels> wanted) {
    var buffer = new SampleBuffer();
    for (var matchers : interests.reach().keySet()) {
      try (var found = history.select(new Selector(matchers, from, to, false))) {
        for (int series = 0; series < found.size(); series++) {
          var labels = found.labels(series);
          if (wanted.test(labels)) {
            buffer.clear();
            found.read(series, from - 1, to, buffer);
            take(labels, buffer);
          }
        }
      }
    }
  }

  /** Until when samples of a series are taken. */
  @FunctionalInterface
  public interface Limit {
    long of(Labels labels);
  }

  /** Takes from another window what rules read. */
  public void fill(WindowStore other) {
    for (var source : other.all) {
      var window = window(source.labels());
      if (window != null) {
        source.copyTo(window);
      }
    }
  }

  /** Tells the times of all samples from a time on; series by series, times more than once. */
  public void eachTime(LongConsumer times, long from) {
    for (var window : all) {
      window.eachTime(times, from);
    }
  }

  /** Forgets what no tick whose samples are of this time or later can see. */
  public void evict(long time) {
    gaps.forget(interests.reach(), time);
    boolean emptied = false;
    for (var window : all) {
      window.evict(time);
      emptied |= window.isEmpty();
    }
    if (emptied) {
      all.removeIf(SeriesWindow::isEmpty);
      members.values().forEach(SelectedSeries::removeEmpty);
      table.clear();
      for (var window : all) {
        table.put(window.labels().bytes(), window.labels().hash(), window);
      }
    }
  }

  private void take(Labels labels, SampleBuffer samples) {
    var window = samples.size() == 0 ? null : window(labels);
    for (int row = 0; window != null && row < samples.size(); row++) {
      window.add(
          samples.timestamps()[row],
          samples.values()[row],
          samples.histogram(row),
          samples.startTimestamp(row),
          false);
    }
  }

  private @Nullable SeriesWindow window(SampleBatch batch, int series) {
    var known =
        table.get(
            batch.labelBytes(), batch.labelFrom(series), batch.labelTo(series), batch.hash(series));
    return known != null ? known : created(batch.labels(series));
  }

  private @Nullable SeriesWindow window(Labels labels) {
    var known = find(labels);
    return known != null ? known : created(labels);
  }

  private @Nullable SeriesWindow created(Labels labels) {
    var selectors = interests.of(labels);
    if (selectors.isEmpty()) {
      return null;
    }
    long reach = 0;
    for (var selector : selectors) {
      reach = Math.max(reach, selector.reachMillis());
    }
    var window = new SeriesWindow(labels, reach);
    for (var selector : selectors) {
      members
          .computeIfAbsent(selector.matchers(), key -> new SelectedSeries(key, horizon))
          .add(window);
    }
    table.put(labels.bytes(), labels.hash(), window);
    all.add(window);
    return window;
  }

  @Override
  public SeriesSelection select(Selector selector) { // in label order in any case
    var known = members.get(selector.matchers());
    var selected = new ArrayList<SeriesWindow>();
    if (known != null) {
      int size = known.size();
      for (int position = 0; position < size; position++) {
        var window = known.at(position);
        if (window.overlaps(selector.from(), selector.to())) {
          selected.add(window);
        }
      }
    } else {
      for (var window : all) {
        if (matches(window.labels(), selector.matchers())
            && window.overlaps(selector.from(), selector.to())) {
          selected.add(window);
        }
      }
      selected.sort(Comparator.comparing(SeriesWindow::labels));
    }
    return new Selection(selected, selector.from(), selector.to());
  }

  @Override
  public List<String> labelNames(Lookup lookup) {
    Set<String> names = new TreeSet<>(Names.BYTE_ORDER);
    matching(lookup, names).forEach(labels -> names.addAll(labels.names()));
    return limited(names.stream(), lookup.limit());
  }

  @Override
  public List<String> labelValues(String name, Lookup lookup) {
    Set<String> values = new TreeSet<>(Names.BYTE_ORDER);
    matching(lookup, values)
        .filter(labels -> labels.has(name))
        .forEach(labels -> values.add(labels.get(name)));
    return limited(values.stream(), lookup.limit());
  }

  @Override
  public List<Labels> series(Lookup lookup) {
    var found = new ArrayList<Labels>();
    matching(lookup, found).forEach(found::add);
    return limited(found.stream().sorted(), lookup.limit());
  }

  @Override
  public StoreStatistics statistics() {
    return new StoreStatistics(
        all.size(), Long.MAX_VALUE, Long.MIN_VALUE, all.size(), 0, Long.MAX_VALUE, Long.MIN_VALUE);
  }

  private Stream<Labels> matching(Lookup lookup, Collection<?> found) {
    var sets = lookup.matchers();
    return all.stream()
        .peek(window -> lookup.growth().accept(found.size()))
        .filter(window -> window.overlaps(lookup.from(), lookup.to()))
        .map(SeriesWindow::labels)
        .filter(labels -> sets.isEmpty() || sets.stream().anyMatch(set -> matches(labels, set)));
  }

  private static boolean matches(Labels labels, List<Matcher> matchers) {
    for (Matcher matcher : matchers) {
      if (!matcher.matches(labels.get(matcher.name()))) {
        return false;
      }
    }
    return true;
  }

  private static <T> List<T> limited(Stream<T> stream, int limit) {
    return (limit == 0 ? stream : stream.limit(limit)).toList();
  }

  private record Selection(List<SeriesWindow> windows, long from, long to)
      implements SeriesSelection {
    @Override
    public int size() {
      return windows.size();
    }

    @Override
    public Labels labels(int series) {
      return windows.get(series).labels();
    }

    @Override
    public void read(int series, long after, long last, SampleBuffer into) {
      windows.get(series).read(after == Long.MIN_VALUE ? after : after + 1, last, into);
    }

    @Override
    public PageCursor pages(int series) {
      var page = new SampleBuffer();
      windows.get(series).read(from, to, page);
      return new BufferedPage(page);
    }

    @Override
    public void close() {}
  }
}
