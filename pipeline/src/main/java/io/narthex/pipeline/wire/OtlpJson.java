package io.narthex.pipeline.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns OTLP JSON of {@code ExportMetricsServiceRequest} into protobuf, so that one decoder reads
 * both. Keys may be in camel or snake case; unknown ones are skipped, as OTLP demands. Source:
 * OpenTelemetry protocol specification, "JSON Protobuf Encoding".
 */
public final class OtlpJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Message REQUEST = request();

  private enum Kind {
    TEXT,
    HEX,
    BASE64,
    BOOL,
    INTEGER,
    SIGNED,
    FIXED,
    FLOAT,
    MESSAGE
  }

  private record Field(int number, Kind kind, @Nullable Message message) {}

  /** A message's fields by their names in JSON. */
  private static final class Message {
    private final Map<String, Field> fields = new HashMap<>();

    Message with(String name, int number, Kind kind) {
      fields.put(name, new Field(number, kind, null));
      return this;
    }

    Message with(String name, int number, Message message) {
      fields.put(name, new Field(number, Kind.MESSAGE, message));
      return this;
    }
  }

  private OtlpJson() {}

  /**
   * The request as protobuf. It is read token by token, so that its form takes no more memory than
   * its bytes do.
   *
   * @throws FaultException {@link Fault#BAD_DATA} if it is not JSON, or a value is not of its
   *     field's type
   */
  public static byte[] toProtobuf(byte[] body, int from, int to) {
    try (var in = JSON.createParser(body, from, to - from)) {
      var out = new ProtoWriter();
      in.nextToken();
      object(in, REQUEST, "the request", out);
      if (in.nextToken() != null) {
        throw fault(
            "something follows the request at byte " + in.currentLocation().getByteOffset());
      }
      return out.toByteArray();
    } catch (JsonProcessingException e) {
      throw fault(e.getOriginalMessage() + " at byte " + e.getLocation().getByteOffset());
    } catch (IOException e) {
      throw fault(String.valueOf(e.getMessage()));
    }
  }

  /** Reads the object whose beginning is the current token. */
  private static void object(JsonParser in, Message message, String where, ProtoWriter out)
      throws IOException {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw fault(where + " is not an object");
    }
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String key = in.currentName();
      var field = message.fields.get(camelCase(key));
      var token = in.nextToken();
      if (field == null) {
        in.skipChildren();
      } else if (token == JsonToken.START_ARRAY) {
        while (in.nextToken() != JsonToken.END_ARRAY) {
          value(in, field, key, out);
        }
      } else if (token != JsonToken.VALUE_NULL) {
        value(in, field, key, out);
      }
    }
  }

  private static void value(JsonParser in, Field field, String name, ProtoWriter out)
      throws IOException {
    try {
      switch (field.kind) {
        case MESSAGE -> {
          var inner = new ProtoWriter();
          if (field.message != null) {
            object(in, field.message, name, inner);
          }
          out.message(field.number, inner);
        }
        case TEXT -> out.text(field.number, text(in, name));
        case HEX -> bytes(field, HexFormat.of().parseHex(text(in, name)), out);
        case BASE64 -> bytes(field, Base64.getDecoder().decode(text(in, name)), out);
        case FLOAT -> out.float64(field.number, number(in));
        case FIXED -> out.float64(field.number, Double.longBitsToDouble(integer(in)));
        case BOOL -> varint(field, bool(in) ? 1 : 0, out);
        case INTEGER -> varint(field, integer(in), out);
        case SIGNED -> {
          long integer = integer(in);
          varint(field, integer << 1 ^ integer >> 63, out);
        }
      }
    } catch (IllegalArgumentException e) {
      throw fault("value of " + name + ": " + e.getMessage());
    }
  }

  private static void bytes(Field field, byte[] value, ProtoWriter out) {
    out.bytes(field.number, value, 0, value.length);
  }

  /** Zero is written too, since in a choice of fields its presence says which is chosen. */
  private static void varint(Field field, long value, ProtoWriter out) {
    out.rawVarint((long) field.number << 3 | ProtoReader.VARINT);
    out.rawVarint(value);
  }

  private static String text(JsonParser in, String name) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw fault("value of " + name + " is not a string");
    }
    return in.getText();
  }

  private static boolean bool(JsonParser in) throws IOException {
    return switch (in.getText()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("\"" + in.getText() + "\" is not a boolean");
    };
  }

  private static long integer(JsonParser in) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      return in.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          ? in.getBigIntegerValue().longValue()
          : in.getLongValue();
    }
    String text = in.getText();
    return switch (text) {
      case "AGGREGATION_TEMPORALITY_UNSPECIFIED" -> 0;
      case "AGGREGATION_TEMPORALITY_DELTA" -> 1;
      case "AGGREGATION_TEMPORALITY_CUMULATIVE" -> 2;
      default -> wholeNumber(text);
    };
  }

  private static long wholeNumber(String text) {
    try {
      return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\" is not a whole number", e);
    }
  }

  private static double number(JsonParser in) throws IOException {
    if (in.currentToken().isNumeric()) {
      return in.getDoubleValue();
    }
    try {
      return Double.parseDouble(in.getText());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + in.getText() + "\" is not a number", e);
    }
  }

  private static String camelCase(String key) {
    if (key.indexOf('_') < 0) {
      return key;
    }
    var out = new StringBuilder();
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (c == '_' && i + 1 < key.length()) {
        out.append(Character.toUpperCase(key.charAt(++i)));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static FaultException fault(String what) {
    return new FaultException(Fault.BAD_DATA, "not an OTLP metrics request in JSON: " + what);
  }

  private static Message request() {
    var attribute = attribute();
    var resource = new Message().with("attributes", 1, attribute);
    var scope =
        new Message()
            .with("name", 1, Kind.TEXT)
            .with("version", 2, Kind.TEXT)
            .with("attributes", 3, attribute);
    var scopeMetrics =
        new Message()
            .with("scope", 1, scope)
            .with("metrics", 2, metric(attribute))
            .with("schemaUrl", 3, Kind.TEXT);
    return new Message()
        .with(
            "resourceMetrics",
            1,
            new Message().with("resource", 1, resource).with("scopeMetrics", 2, scopeMetrics));
  }

  private static Message attribute() {
    var value = new Message();
    var attribute = new Message().with("key", 1, Kind.TEXT).with("value", 2, value);
    value
        .with("stringValue", 1, Kind.TEXT)
        .with("boolValue", 2, Kind.BOOL)
        .with("intValue", 3, Kind.INTEGER)
        .with("doubleValue", 4, Kind.FLOAT)
        .with("arrayValue", 5, new Message().with("values", 1, value))
        .with("kvlistValue", 6, new Message().with("values", 1, attribute))
        .with("bytesValue", 7, Kind.BASE64);
    return attribute;
  }

  private static Message metric(Message attribute) {
    var exemplar =
        new Message()
            .with("filteredAttributes", 7, attribute)
            .with("timeUnixNano", 2, Kind.FIXED)
            .with("asDouble", 3, Kind.FLOAT)
            .with("asInt", 6, Kind.FIXED)
            .with("spanId", 4, Kind.HEX)
            .with("traceId", 5, Kind.HEX);
    return new Message()
        .with("name", 1, Kind.TEXT)
        .with("description", 2, Kind.TEXT)
        .with("unit", 3, Kind.TEXT)
        .with("gauge", 5, data(numberPoint(attribute, exemplar)))
        .with("sum", 7, data(numberPoint(attribute, exemplar)))
        .with("histogram", 9, data(histogramPoint(attribute, exemplar)))
        .with("exponentialHistogram", 10, data(exponentialPoint(attribute, exemplar)))
        .with("summary", 11, data(summaryPoint(attribute)));
  }

  private static Message data(Message point) {
    return new Message()
        .with("dataPoints", 1, point)
        .with("aggregationTemporality", 2, Kind.INTEGER)
        .with("isMonotonic", 3, Kind.BOOL);
  }

  private static Message numberPoint(Message attribute, Message exemplar) {
    return new Message()
        .with("attributes", 7, attribute)
        .with("startTimeUnixNano", 2, Kind.FIXED)
        .with("timeUnixNano", 3, Kind.FIXED)
        .with("asDouble", 4, Kind.FLOAT)
        .with("asInt", 6, Kind.FIXED)
        .with("exemplars", 5, exemplar)
        .with("flags", 8, Kind.INTEGER);
  }

  private static Message histogramPoint(Message attribute, Message exemplar) {
    return new Message()
        .with("attributes", 9, attribute)
        .with("startTimeUnixNano", 2, Kind.FIXED)
        .with("timeUnixNano", 3, Kind.FIXED)
        .with("count", 4, Kind.FIXED)
        .with("sum", 5, Kind.FLOAT)
        .with("bucketCounts", 6, Kind.FIXED)
        .with("explicitBounds", 7, Kind.FLOAT)
        .with("exemplars", 8, exemplar)
        .with("flags", 10, Kind.INTEGER);
  }

  private static Message exponentialPoint(Message attribute, Message exemplar) {
    var buckets =
        new Message().with("offset", 1, Kind.SIGNED).with("bucketCounts", 2, Kind.INTEGER);
    return new Message()
        .with("attributes", 1, attribute)
        .with("startTimeUnixNano", 2, Kind.FIXED)
        .with("timeUnixNano", 3, Kind.FIXED)
        .with("count", 4, Kind.FIXED)
        .with("sum", 5, Kind.FLOAT)
        .with("scale", 6, Kind.SIGNED)
        .with("zeroCount", 7, Kind.FIXED)
        .with("positive", 8, buckets)
        .with("negative", 9, buckets)
        .with("flags", 10, Kind.INTEGER)
        .with("exemplars", 11, exemplar)
        .with("zeroThreshold", 14, Kind.FLOAT);
  }

  private static Message summaryPoint(Message attribute) {
    return new Message()
        .with("attributes", 7, attribute)
        .with("startTimeUnixNano", 2, Kind.FIXED)
        .with("timeUnixNano", 3, Kind.FIXED)
        .with("count", 4, Kind.FIXED)
        .with("sum", 5, Kind.FLOAT)
        .with(
            "quantileValues",
            6,
            new Message().with("quantile", 1, Kind.FLOAT).with("value", 2, Kind.FLOAT))
        .with("flags", 8, Kind.INTEGER);
  }
}
