package io.narthex.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.wire.ExpositionParser.Entry;
import io.narthex.pipeline.wire.ExpositionParser.ParsedExemplar;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the tables of exposition cases, and runs parsers to their end. */
final class ExpositionTables {
  private ExpositionTables() {}

  /** A text of the tables, which may be no UTF-8. */
  static byte[] bytes(JsonNode text) {
    return text.has("$bytes_hex")
        ? HexFormat.of().parseHex(text.get("$bytes_hex").asText())
        : text.asText().getBytes(StandardCharsets.UTF_8);
  }

  /** What a parser says to the text: null if it takes it to the end. */
  static @Nullable String fault(ExpositionParser parser) {
    var labels = new LabelBuffer();
    try {
      for (var entry = parser.next(); entry != Entry.END; entry = parser.next()) {
        if (entry == Entry.SERIES || entry == Entry.HISTOGRAM) {
          parser.labels(labels);
          Labels.ofCanonical(labels.bytes(), 0, labels.length());
          while (parser.nextExemplar() != null) {
            assertThat(parser.seriesTo()).isGreaterThan(parser.seriesFrom());
          }
          parser.startTimestamp();
        } else {
          assertThat(parser.text()).isNotNull();
        }
      }
      return null;
    } catch (FaultException e) {
      assertThat(e.fault()).isEqualTo(Fault.BAD_DATA);
      return e.getMessage();
    }
  }

  /** The entries of a parser in the words of the tables. */
  static List<String> actual(ExpositionParser parser) {
    var lines = new ArrayList<String>();
    var labels = new LabelBuffer();
    for (var entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      lines.add(
          switch (entry) {
            case HELP -> "help " + parser.family() + ": " + parser.text();
            case TYPE -> "type " + parser.family() + ": " + parser.type().text();
            case UNIT -> "unit " + parser.family() + ": " + parser.text();
            case COMMENT -> "comment " + parser.text();
            default -> {
              parser.labels(labels);
              var text = new StringBuilder("sample ").append(raw(parser)).append(labels.toLabels());
              text.append(' ').append(Long.toHexString(Double.doubleToRawLongBits(parser.value())));
              text.append(parser.hasTimestamp() ? " @" + parser.timestamp() : "");
              for (var e = parser.nextExemplar(); e != null; e = parser.nextExemplar()) {
                text.append(" exemplar ").append(e);
              }
              yield text.append(" since ").append(parser.startTimestamp()).toString();
            }
          });
    }
    return lines;
  }

  static String raw(ExpositionParser parser) {
    return new String(
        parser.bytes(),
        parser.seriesFrom(),
        parser.seriesTo() - parser.seriesFrom(),
        StandardCharsets.UTF_8);
  }

  /** A case of a table as {@link #actual} says it. */
  static String expected(JsonNode entry) {
    String metric = entry.path("m").asText();
    if (entry.has("comment")) {
      return "comment " + entry.get("comment").asText();
    }
    if (entry.has("help")) {
      return "help " + metric + ": " + entry.get("help").asText();
    }
    if (entry.has("typ")) {
      return "type " + metric + ": " + type(entry.get("typ"));
    }
    if (entry.has("unit")) {
      return "unit " + metric + ": " + entry.get("unit").asText();
    }
    double value = entry.path("v").isObject() ? StaleMarker.NORMAL_NAN : entry.path("v").asDouble();
    var text = new StringBuilder("sample ").append(metric).append(labels(entry.get("lset")));
    text.append(' ').append(Long.toHexString(Double.doubleToRawLongBits(value)));
    if (entry.has("t")) {
      text.append(" @").append(entry.get("t").get("args").get(0).asLong());
    }
    for (JsonNode e : entry.path("es").path("$items")) {
      text.append(" exemplar ")
          .append(
              new ParsedExemplar(
                  labels(e.get("Labels")),
                  e.get("Value").asDouble(),
                  e.path("HasTs").asBoolean(),
                  e.path("Ts").asLong()));
    }
    return text.append(" since ").append(entry.path("st").asLong()).toString();
  }

  /** The labels without the optional type and unit labels. */
  private static Labels labels(JsonNode set) {
    JsonNode plain =
        switch (set.path("$call").asText()) {
          case "typeAndUnitLabels" -> set.get("args").get(2);
          case "todoDetectFamilySwitch" -> set.get("args").get(1);
          default -> set;
        };
    var builder = Labels.builder();
    plain
        .properties()
        .forEach(
            label ->
                builder.set(
                    label.getKey(),
                    label.getValue().isObject()
                        ? type(label.getValue())
                        : label.getValue().asText()));
    return builder.build();
  }

  private static String type(JsonNode id) {
    return id.get("$id")
        .asText()
        .replace("model.MetricType", "")
        .toLowerCase(java.util.Locale.ROOT);
  }
}
