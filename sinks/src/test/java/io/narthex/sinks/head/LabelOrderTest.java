package io.narthex.sinks.head;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LabelOrderTest {
  private static final String[] NAMES = {"A", "__name__", "a", "ab", "b", "host", "job", "\u00e9"};

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final SeriesTable series = new SeriesTable();

  @Test
  void sort_randomSeriesAddedInParts_equalsComparing() {
    var known = new HashSet<Labels>();
    for (int part = 0; part < 12; part++) {
      int values = 1 + random.nextInt(1 << random.nextInt(12));
      for (int i = 0; i < 400; i++) {
        add(known, labels(values));
      }
      check(some(1 + random.nextInt(series.size())));
      check(some(1 + random.nextInt(20)));
      check(some(series.size()));
    }
  }

  @Test
  void sort_setsThatBeginAsOthers_comeAfterThem() {
    var known = new HashSet<Labels>();
    var pairs = new TreeMap<String, String>();
    for (int i = 0; i < 2_000; i++) {
      pairs.put(String.format("l%04d", i), i % 3 == 0 ? "x".repeat(200) : "y");
      add(known, Labels.of(pairs));
    }
    check(some(series.size()));
    check(some(100));
  }

  @Test
  void sort_valuesThatAreHardToTellApart_equalsComparing() {
    var known = new HashSet<Labels>();
    for (String end :
        new String[] {"", "\u0000", "\u0000\u0000", "a", "\u007f", "\u0080", "\uffff"}) {
      for (int length : new int[] {1, 7, 8, 9, 15, 16, 127, 128, 129, 20_000}) {
        add(known, Labels.of("__name__", "m".repeat(length) + end));
        add(known, Labels.of("__name__", "m", "v", "0".repeat(length) + end));
        add(known, Labels.of("__name__", "m", "v", "0".repeat(length) + end + "9876543210"));
      }
    }
    check(some(series.size()));
    check(some(series.size() - 3));
  }

  private Labels labels(int values) {
    var pairs = new TreeMap<String, String>();
    for (String name : NAMES) {
      if (random.nextInt(3) > 0) {
        pairs.put(name, "value-" + random.nextInt(values));
      }
    }
    pairs.put("z", "" + random.nextInt(3));
    return Labels.of(pairs);
  }

  private void add(HashSet<Labels> known, Labels labels) {
    if (known.add(labels)) {
      series.add(labels.hash(), labels.bytes(), 0, labels.bytes().length);
    }
  }

  private int[] some(int count) {
    var all = new Integer[series.size()];
    Arrays.setAll(all, i -> i);
    Collections.shuffle(Arrays.asList(all), random);
    return Arrays.stream(all).limit(count).mapToInt(i -> i).toArray();
  }

  private void check(int[] ids) {
    int[] expected =
        Arrays.stream(ids)
            .boxed()
            .sorted((a, b) -> series.labels(a).compareTo(series.labels(b)))
            .mapToInt(i -> i)
            .toArray();
    int[] plain = ids.clone();
    new LabelSort(series).sort(plain);
    assertThat(plain).as("rerun with -Dtest.seed=%d", seed).isEqualTo(expected);
    series.order().sort(ids);
    assertThat(ids).as("rerun with -Dtest.seed=%d", seed).isEqualTo(expected);
  }
}
