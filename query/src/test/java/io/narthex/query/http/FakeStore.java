package io.narthex.query.http;

import io.narthex.pipeline.model.Exemplar;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.BufferedPage;
import io.narthex.pipeline.storage.Cardinality;
import io.narthex.pipeline.storage.Deletion;
import io.narthex.pipeline.storage.Deletion.State;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesExemplars;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.pipeline.storage.StoreAdmin;
import io.narthex.pipeline.storage.StoreStatistics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A store of label sets, with the samples that a test gives it, which notes what it is told to
 * administer. Each series with a label trace has one exemplar at 1500.25 s.
 */
final class FakeStore implements SampleStore, StoreAdmin {
  private static final long EXEMPLAR_AT = 1_500_250;

  final List<String> administered = new ArrayList<>();

  /** The samples of a series, by hand. */
  final Map<Labels, SampleBuffer> samples = new HashMap<>();

  /** Lookups that run. */
  final AtomicInteger lookups = new AtomicInteger();

  /** Series that lookups have come across. */
  final AtomicInteger visited = new AtomicInteger();

  /** Whether lookups go on until they are stopped. */
  volatile boolean endless;

  /** Selections that are not closed yet. */
  final AtomicInteger open = new AtomicInteger();

  private final List<Labels> series;

  FakeStore(Labels... series) {
    this.series = Stream.of(series).sorted().toList();
  }

  @Override
  public SeriesSelection select(Selector selector) {
    var found =
        matching(List.of(selector.matchers()), selector.from(), selector.to())
            .filter(samples::containsKey)
            .toList();
    return new Found(found);
  }

  private final class Found implements SeriesSelection {
    private final List<Labels> found;

    Found(List<Labels> found) {
      this.found = found;
      open.incrementAndGet();
    }

    @Override
    public int size() {
      return found.size();
    }

    @Override
    public Labels labels(int series) {
      return found.get(series);
    }

    @Override
    public void read(int series, long after, long to, SampleBuffer into) {
      var all = samples.getOrDefault(found.get(series), new SampleBuffer());
      for (int i = 0; i < all.size(); i++) {
        long at = all.timestamps()[i];
        if (at > after && at <= to) {
          var histogram = all.histogram(i);
          if (histogram == null) {
            into.add(at, all.values()[i]);
          } else {
            into.add(at, histogram);
          }
        }
      }
    }

    @Override
    public PageCursor pages(int series) {
      var page = new SampleBuffer();
      read(series, Long.MIN_VALUE, Long.MAX_VALUE, page);
      return new BufferedPage(page);
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  @Override
  public List<String> labelNames(Lookup lookup) {
    var names = new TreeSet<String>();
    matching(lookup, names).forEach(labels -> names.addAll(labels.names()));
    return limited(List.copyOf(names), lookup.limit());
  }

  @Override
  public List<String> labelValues(String name, Lookup lookup) {
    var values = new TreeSet<String>();
    matching(lookup, values)
        .filter(labels -> labels.has(name))
        .forEach(labels -> values.add(labels.get(name)));
    return limited(List.copyOf(values), lookup.limit());
  }

  @Override
  public List<Labels> series(Lookup lookup) {
    var found = new ArrayList<Labels>();
    matching(lookup, found).forEach(found::add);
    return limited(found, lookup.limit());
  }

  private Stream<Labels> matching(Lookup lookup, Collection<?> found) {
    lookups.incrementAndGet();
    try {
      do {
        lookup.growth().accept(found.size());
      } while (endless);
    } finally {
      lookups.decrementAndGet();
    }
    return matching(lookup.matchers(), lookup.from(), lookup.to())
        .peek(
            labels -> {
              visited.incrementAndGet();
              lookup.growth().accept(found.size() + 1);
            });
  }

  @Override
  public StoreStatistics statistics() {
    return new StoreStatistics(series.size(), 1000, 2000, 7, 0, 1000, 2000);
  }

  @Override
  public Cardinality cardinality(int limit) {
    var up = List.of(new Cardinality.Count("up", 2));
    return new Cardinality(3, up, up, up, up);
  }

  @Override
  public List<SeriesExemplars> exemplars(List<List<Matcher>> matchers, long from, long to) {
    return matching(matchers, from, to)
        .filter(labels -> labels.has("trace") && from <= EXEMPLAR_AT && EXEMPLAR_AT <= to)
        .map(
            labels -> {
              var trace = Labels.of("trace_id", labels.get("trace"));
              return new SeriesExemplars(labels, List.of(new Exemplar(0, trace, 0.5, EXEMPLAR_AT)));
            })
        .toList();
  }

  @Override
  public void flush() {
    administered.add("flush");
  }

  @Override
  public String snapshot(boolean skipHead) {
    administered.add("snapshot " + skipHead);
    return "20260102T133700Z-a1b2c3d4e5f67890";
  }

  @Override
  public void delete(List<Matcher> matchers, long from, long to) {
    administered.add("delete " + matchers + " " + from + " " + to);
  }

  @Override
  public List<Deletion> deletions() {
    var matchers = List.of(Matcher.equal("__name__", "up"), Matcher.equal("job", "a"));
    return List.of(
        new Deletion(7, 1500, matchers, Long.MIN_VALUE, 2000, 2, 3, 1, State.PARTLY_FINAL));
  }

  @Override
  public Deletion undoDeletion(long id) {
    administered.add("undo " + id);
    return new Deletion(id, 1500, List.of(), 1000, Long.MAX_VALUE, 2, 3, 1, State.UNDONE);
  }

  @Override
  public void cleanTombstones() {
    administered.add("clean");
  }

  private Stream<Labels> matching(List<List<Matcher>> sets, long from, long to) {
    return series.stream()
        .filter(labels -> from <= to)
        .filter(
            labels ->
                sets.isEmpty()
                    || sets.stream()
                        .anyMatch(
                            set -> set.stream().allMatch(m -> m.matches(labels.get(m.name())))));
  }

  private static <T> List<T> limited(List<T> all, int limit) {
    return limit > 0 && all.size() > limit ? all.subList(0, limit) : all;
  }
}
