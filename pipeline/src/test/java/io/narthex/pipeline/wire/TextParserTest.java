package io.narthex.pipeline.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.testkit.RandomBatches;
import io.narthex.pipeline.testkit.Reference;
import io.narthex.pipeline.wire.ExpositionParser.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextParserTest {

  @Test
  void expect_sameText_isRecognisedAndOtherIsRead() {
    byte[] before = "m{a=\"x\"}m {a=\"x\"}up".getBytes(UTF_8);
    byte[] text =
        ("m{a=\"x\"} 1\nm{a=\"x\"}2\nup 3 4\nup {a=\"y\"} 5\nup  {a=\"z\"} 6\nupper 7\nm{a=\"x\",b=\"y\"} 8\nup 9")
            .getBytes(UTF_8);
    var parser = new TextParser(text, 0, text.length);
    var labels = new LabelBuffer();
    var seen = new ArrayList<String>();
    int[][] expected = {{0, 8}, {0, 8}, {17, 19}, {17, 19}, {17, 19}, {17, 19}, {0, 8}, {17, 19}};
    for (int[] bounds : expected) {
      parser.expect(before, bounds[0], bounds[1]);
      parser.next();
      boolean known = parser.asExpected();
      parser.labels(labels);
      seen.add(known + " " + labels.toLabels() + " " + parser.value());
    }
    assertThat(seen)
        .containsExactly(
            "true {__name__=\"m\", a=\"x\"} 1.0",
            "false {__name__=\"m\", a=\"x\"} 2.0",
            "true {__name__=\"up\"} 3.0",
            "false {__name__=\"up\", a=\"y\"} 5.0",
            "false {__name__=\"up\", a=\"z\"} 6.0",
            "false {__name__=\"upper\"} 7.0",
            "false {__name__=\"m\", a=\"x\", b=\"y\"} 8.0",
            "true {__name__=\"up\"} 9.0");
    assertThat(parser.next()).isEqualTo(ExpositionParser.Entry.END);
  }

  @Test
  void next_referencePage_givesTheReferenceEntries() {
    var table = Reference.table("go-tables/exposition-text-parse.json");
    var expected = new ArrayList<String>();
    table.get("cases").forEach(entry -> expected.add(ExpositionTables.expected(entry)));
    assertThat(ExpositionTables.actual(parser(table.get("input").asText())))
        .containsExactlyElementsOf(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exposition-text-errors", "exposition-text-nullbyte"})
  void next_referenceErrors_areFaults(String name) {
    for (JsonNode row : Reference.table("go-tables/" + name + ".json").get("cases")) {
      byte[] input = ExpositionTables.bytes(row.get("input"));
      String fault = ExpositionTables.fault(new TextParser(input, 0, input.length));
      if (row.path("err").asText().isEmpty()) {
        assertThat(fault).as("%s", row).isNull();
      } else {
        assertThat(fault).as("%s", row).startsWith("line ");
      }
    }
  }

  /**
   * The parser of the client libraries is stricter than a scrape: it also demands a last newline,
   * known escapes, one help and type a family, numbers as bounds, counts that are not negative. All
   * else that it refuses is refused here.
   */
  @Test
  void next_casesOfTheClientLibraries_areRefusedButForKnownLeniency() {
    var taken = new ArrayList<String>();
    for (JsonNode row : Reference.table("go-tables/common-text-parse-errors.json").get("cases")) {
      byte[] input = ExpositionTables.bytes(row.get("in"));
      boolean refused = ExpositionTables.fault(new TextParser(input, 0, input.length)) != null;
      String wanted = row.path("errUTF8").asText();
      if (wanted.isEmpty()) {
        assertThat(refused).as("%s", row).isFalse();
      } else if (!refused) {
        taken.add(wanted.replaceFirst("text format parsing error in line \\d+: ", ""));
      }
    }
    assertThat(taken)
        .hasSize(18)
        .allMatch(
            fault ->
                fault.matches(
                    "unexpected end of input stream|invalid escape sequence"
                        + "|.* contains unescaped new-line|second (HELP|TYPE) line .*"
                        + "|expected float as value for '(le|quantile)' label"
                        + "|negative (count|bucket population) for histogram .*"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"alltypes.237mfs.nometa.prom.txt", "alltypes.237mfs.prom.txt"})
  void next_referencePages_areTaken(String name) throws IOException {
    byte[] page = Files.readAllBytes(Reference.path("exposition-text/" + name));
    assertThat(ExpositionTables.fault(new TextParser(page, 0, page.length))).isNull();
  }

  @Test
  void labels_quotedNames_areUnescaped() {
    var parser = parser("{\"http.status\", code=\"2\\\"0\\\\0\\n\", \"a.b\"=\"\\t\"} 1 1000\n");
    assertThat(parser.next()).isEqualTo(Entry.SERIES);
    assertThat(labels(parser))
        .isEqualTo(Labels.of("__name__", "http.status", "code", "2\"0\\0\n", "a.b", "\\t"));
    assertThat(parser.timestamp()).isEqualTo(1000);
    assertThat(parser.next()).isEqualTo(Entry.END);
  }

  @Test
  void labels_emptyValues_areLeftOut() {
    var parser = parser("a{b=\"\",c=\"1\"} NaN");
    parser.next();
    assertThat(labels(parser)).isEqualTo(Labels.of("__name__", "a", "c", "1"));
    assertThat(Double.doubleToRawLongBits(parser.value())).isEqualTo(StaleMarker.NORMAL_NAN_BITS);
  }

  @Test
  void labels_bucketBounds_areNormalised() {
    var parser =
        parser(
            """
            # TYPE h histogram
            h_bucket{le="1e+06"} 1
            h_bucket{le="0.00001"} 1
            h_bucket{le="100"} 1
            h_bucket{le="inf"} 1
            h_bucket{le="x"} 1
            """);
    parser.next();
    var bounds = new ArrayList<String>();
    while (parser.next() != Entry.END) {
      bounds.add(labels(parser).get("le"));
    }
    assertThat(bounds).containsExactly("1e+06", "1e-05", "100.0", "+Inf", "x");
  }

  @Test
  void labels_notASet_isAFaultWithThePlace() {
    for (String line : List.of("a{b=\"1\",b=\"2\"} 1", "a{\"\"=\"1\"} 1", "{\"\"} 1")) {
      var parser = parser("x 1\n" + line);
      parser.next();
      parser.next();
      assertThatThrownBy(() -> labels(parser))
          .isInstanceOf(FaultException.class)
          .hasMessageStartingWith("line 2, column 1: invalid labels");
    }
  }

  @Test
  void next_badLine_saysLineColumnAndWhatIsWrong() {
    var parser = parser("ok 1\nbad{a=\"b\"c} 1\n");
    parser.next();
    assertThatThrownBy(parser::next)
        .hasMessage("line 2, column 11: expected an equals sign, got \"} 1\"");
  }

  @Test
  void value_numbers_areThoseOfTheJdk() {
    long seed = RandomBatches.seed();
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String text =
          switch (i % 4) {
            case 0 -> Double.toString(Double.longBitsToDouble(random.nextLong()));
            case 1 -> Long.toString(random.nextLong());
            case 2 -> random.nextInt(100000) + "." + random.nextInt(100000);
            default -> random.nextLong() + "e" + (random.nextInt(700) - 350);
          };
      double expected = Double.parseDouble(text);
      var reader = new DecimalReader();
      byte[] bytes = text.getBytes(UTF_8);
      boolean read = reader.read(bytes, 0, bytes.length);
      boolean inRange = text.contains("nf") || !Double.isInfinite(expected);
      assertThat(read).as("%s, rerun with -Dtest.seed=%d", text, seed).isEqualTo(inRange);
      if (read && !Double.isNaN(expected)) {
        assertThat(Double.doubleToRawLongBits(reader.value))
            .as("%s, rerun with -Dtest.seed=%d", text, seed)
            .isEqualTo(Double.doubleToRawLongBits(expected));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "e1", "1e", "1e+", "0x1", "1_0", "1f", "1d", " 1", "1 ", "+nan", "in", "1e400",
        "--1", "1.2.3"
      })
  void value_noNumber_isRefused(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    assertThat(new DecimalReader().read(bytes, 0, bytes.length)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.", ".5", "+1", "-0", "1E5", "00012", "1e-400", "NaN", "-inf"})
  void value_number_isTaken(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    assertThat(new DecimalReader().read(bytes, 0, bytes.length)).isTrue();
  }

  @Test
  void next_damagedPages_throwNothingButFaults() {
    byte[] page =
        """
        # HELP h A histogram ∀
        # TYPE h histogram
        h_bucket{le="1",path="/a\\"b"} 12 1000
        {"http.requests",code="200"} 1.5e3
        """
            .getBytes(UTF_8);
    long seed = RandomBatches.seed();
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = page.clone();
      for (int flips = random.nextInt(4); flips > 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      int to = random.nextInt(damaged.length + 1);
      ExpositionTables.fault(new TextParser(damaged, 0, to));
      ExpositionTables.fault(new OpenMetricsParser(damaged, 0, to, true));
    }
  }

  private static Labels labels(ExpositionParser parser) {
    var buffer = new LabelBuffer();
    parser.labels(buffer);
    return buffer.toLabels();
  }

  private static TextParser parser(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return new TextParser(bytes, 0, bytes.length);
  }
}
