package io.narthex.sinks.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.roaringbitmap.RoaringBitmap;

class PostingsQueryTest {
  private static final String[] VALUES = {
    "a", "b", "c", "ab", "a.b", "b-x", "a\nb", "日本", "\uD83D\uDE00"
  };
  private static final String[] PATTERNS = {
    "a",
    "a|b|c",
    "a|",
    "",
    ".*",
    ".+",
    "a.*",
    "a.+",
    "(a|b)-x",
    "(?:a|ab)",
    "a\\.b",
    "[ab]",
    "a?b",
    ".*b",
    "(a|b).*",
    "(?i)AB",
    "(a|b)+",
    "x|y",
    "日.*",
    "\\w+",
    "()",
    "a{1}",
    "a.b"
  };

  @ParameterizedTest
  @CsvSource({
    "a|b|c, Literals",
    "(a|b)-x, Literals",
    "foo.*, Prefix",
    "foo.+, Prefix",
    ".*, Everything",
    ".+, NonEmpty",
    "a\\.b, Literals"
  })
  void parse_commonShape_needsNoEngine(String regex, String form) {
    var set = RegexShape.parse(regex);
    assertThat(set).isNotNull();
    assertThat(set.getClass().getSimpleName()).isEqualTo(form);
  }

  @ParameterizedTest
  @CsvSource({"[ab]", "a+", "(?i)a", "a.b", "(a|b).*x", "\\d", "a.*?", "^a$", "(a|b)*"})
  void parse_otherShape_isLeftToTheEngine(String regex) {
    assertThat(RegexShape.parse(regex)).isNull();
  }

  @Test
  void select_randomMatchers_agreesWithTryingEachSeries() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    var all = randomSeries(random);
    var postings = new MapPostings(all);
    for (int round = 0; round < 2_000; round++) {
      var matchers = new ArrayList<Matcher>();
      for (int m = random.nextInt(4); m > 0; m--) {
        var type = Matcher.Type.values()[random.nextInt(4)];
        var name = "l" + random.nextInt(4);
        matchers.add(Matcher.of(name, type, PATTERNS[random.nextInt(PATTERNS.length)]));
      }
      assertThat(PostingsQuery.select(postings, matchers))
          .as("%s; rerun with -Dtest.seed=%d", matchers, seed)
          .isEqualTo(oneByOne(all, matchers));
    }
  }

  private static RoaringBitmap oneByOne(List<Labels> all, List<Matcher> matchers) {
    var expected = new RoaringBitmap();
    for (int id = 0; id < all.size(); id++) {
      var labels = all.get(id);
      if (matchers.stream().allMatch(m -> m.matches(labels.get(m.name())))) {
        expected.add(id);
      }
    }
    return expected;
  }

  private static List<Labels> randomSeries(Random random) {
    var all = new ArrayList<Labels>();
    for (int s = 0; s < 200; s++) {
      var labels = Labels.builder();
      for (int n = 0; n < 3; n++) {
        if (random.nextInt(3) > 0) {
          labels.set("l" + n, VALUES[random.nextInt(VALUES.length)]);
        }
      }
      all.add(labels.build());
    }
    return all;
  }

  /** The obvious index. */
  private static final class MapPostings implements Postings {
    private final TreeMap<String, TreeMap<String, RoaringBitmap>> index =
        new TreeMap<>(Names.BYTE_ORDER);
    private final RoaringBitmap all = new RoaringBitmap();

    MapPostings(List<Labels> series) {
      for (int id = 0; id < series.size(); id++) {
        all.add(id);
        int added = id;
        series
            .get(id)
            .forEach(
                (name, value) ->
                    index
                        .computeIfAbsent(name, key -> new TreeMap<>(Names.BYTE_ORDER))
                        .computeIfAbsent(value, key -> new RoaringBitmap())
                        .add(added));
      }
    }

    @Override
    public RoaringBitmap all() {
      return all;
    }

    @Override
    public RoaringBitmap get(String name, String value) {
      return index.getOrDefault(name, new TreeMap<>()).getOrDefault(value, new RoaringBitmap());
    }

    @Override
    public List<String> values(String name) {
      return List.copyOf(index.getOrDefault(name, new TreeMap<>(Names.BYTE_ORDER)).keySet());
    }

    @Override
    public List<String> names() {
      return List.copyOf(new TreeSet<>(index.keySet()));
    }
  }
}
