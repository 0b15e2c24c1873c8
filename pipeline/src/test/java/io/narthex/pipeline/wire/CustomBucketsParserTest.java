package io.narthex.pipeline.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.wire.ExpositionParser.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CustomBucketsParserTest {
  private static final String PAGE =
      """
      # TYPE h histogram
      h_bucket{a="1",le="0.5"} 2
      h_bucket{a="1",le="1"} 5
      h_bucket{a="1",le="+Inf"} 9
      h_sum{a="1"} 42
      h_count{a="1"} 9
      h_bucket{a="2",le="1"} 1.5
      h_sum{a="2"} 1
      h_count{a="2"} 4
      other 1
      # TYPE g gauge
      g_bucket{le="1"} 3
      """;

  @Test
  void next_classicHistograms_becomeNativeOnes() {
    assertThat(entries(text(PAGE, false)))
        .containsExactly(
            "{__name__=\"h\", a=\"1\"} [0.5, 1.0] [2.0, 3.0, 4.0] 9.0 42.0",
            "{__name__=\"h\", a=\"2\"} [1.0] [1.5, 2.5] 4.0 1.0",
            "{__name__=\"other\"} 1.0",
            "{__name__=\"g_bucket\", le=\"1\"} 3.0");
  }

  @Test
  void next_keepClassic_givesBoth() {
    var entries = entries(text(PAGE, true));
    assertThat(entries).hasSize(12);
    assertThat(entries.get(4)).isEqualTo("{__name__=\"h_count\", a=\"1\"} 9.0");
    assertThat(entries.get(5)).startsWith("{__name__=\"h\", a=\"1\"} [0.5, 1.0]");
  }

  @Test
  void next_bucketsOutOfOrder_areSorted() {
    String page =
        """
        # TYPE h histogram
        h_count 9
        h_bucket{le="1"} 5
        h_bucket{le="0.5"} 2
        h_bucket{le="1"} 5
        h_sum 42
        """;
    assertThat(entries(text(page, false)))
        .containsExactly("{__name__=\"h\"} [0.5, 1.0] [2.0, 3.0, 4.0] 9.0 42.0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "h_bucket{le=\"1\"} 5\nh_bucket{le=\"2\"} 4\nh_count 5\n",
        "h_bucket{le=\"1\"} -5\n",
        "h_bucket{le=\"+Inf\"} 5\nh_count 6\n",
        "h_bucket{le=\"1\"} 5\nh_count 4\n",
        "h_count -1\n",
        "h_sum 1\n"
      })
  void next_contradictions_areDroppedAndTheNextHistogramIsGiven(String broken) {
    String page = "# TYPE h histogram\n" + broken + "h_count{a=\"1\"} 2\nafter 1\n";
    assertThat(entries(text(page, false)))
        .containsExactly("{__name__=\"h\", a=\"1\"} [] [2.0] 2.0 0.0", "{__name__=\"after\"} 1.0");
  }

  @Test
  void next_openMetrics_keepsExemplarsAndStart() {
    byte[] page =
        """
        # TYPE h histogram
        h_bucket{le="1.0"} 2 # {id="a"} 0.5
        h_bucket{le="+Inf"} 3 # {id="b"} 5 1.5
        h_count 3
        h_sum 6
        h_created 100
        # EOF
        """
            .getBytes(UTF_8);
    var parser = new CustomBucketsParser(new OpenMetricsParser(page, 0, page.length, true), false);
    assertThat(parser.next()).isEqualTo(Entry.TYPE);
    assertThat(parser.next()).isEqualTo(Entry.HISTOGRAM);
    assertThat(parser.startTimestamp()).isEqualTo(100_000);
    var ids = new ArrayList<String>();
    for (var e = parser.nextExemplar(); e != null; e = parser.nextExemplar()) {
      ids.add(e.labels().get("id"));
    }
    assertThat(ids).containsExactly("a", "b");
    assertThat(parser.next()).isEqualTo(Entry.END);
  }

  @Test
  void bytes_ofTheHistogram_tellItFromOthers() {
    var parser = text(PAGE, false);
    var seen = new ArrayList<List<Byte>>();
    for (var entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.HISTOGRAM || entry == Entry.SERIES) {
        var key = new ArrayList<Byte>();
        for (int i = parser.seriesFrom(); i < parser.seriesTo(); i++) {
          key.add(parser.bytes()[i]);
        }
        seen.add(key);
      }
    }
    assertThat(seen).doesNotHaveDuplicates().hasSize(4);
  }

  private static List<String> entries(ExpositionParser parser) {
    var lines = new ArrayList<String>();
    var labels = new LabelBuffer();
    for (var entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry != Entry.HISTOGRAM && entry != Entry.SERIES) {
        continue;
      }
      parser.labels(labels);
      var h = parser.histogram();
      lines.add(
          labels.toLabels()
              + " "
              + (h == null
                  ? parser.value()
                  : Arrays.toString(h.customValues())
                      + " "
                      + Arrays.toString(h.positiveBuckets())
                      + " "
                      + h.count()
                      + " "
                      + h.sum()));
    }
    return lines;
  }

  private static ExpositionParser text(String page, boolean keepClassic) {
    byte[] bytes = page.getBytes(UTF_8);
    return new CustomBucketsParser(new TextParser(bytes, 0, bytes.length), keepClassic);
  }
}
