package io.narthex.pipeline.wire;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A media type with parameters, as in Content-Type and Accept. Source: RFC 9110, sections 8.3 and
 * 12.5.1.
 *
 * @param type such as {@code text/plain}, in lower case
 * @param parameters by name in lower case
 */
public record MediaType(String type, Map<String, String> parameters) {
  private static final Pattern TYPE = Pattern.compile("[^\\s/,;=\"]+(/[^\\s/,;=\"]+)?");

  /** Reads one media type; null if the text is none. */
  public static @Nullable MediaType parse(String text) {
    String[] parts = text.split(";", -1);
    String type = parts[0].strip().toLowerCase(Locale.ROOT);
    if (!TYPE.matcher(type).matches()) {
      return null;
    }
    var parameters = new LinkedHashMap<String, String>();
    for (int i = 1; i < parts.length; i++) {
      String part = parts[i].strip();
      int equals = part.indexOf('=');
      if (part.isEmpty() && i == parts.length - 1) {
        continue;
      }
      if (equals <= 0) {
        return null;
      }
      String value = part.substring(equals + 1).strip();
      if (value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")) {
        value = value.substring(1, value.length() - 1);
      }
      parameters.put(part.substring(0, equals).strip().toLowerCase(Locale.ROOT), value);
    }
    return new MediaType(type, parameters);
  }

  /** What an Accept header names, most wanted first; what cannot be read is left out. */
  public static List<MediaType> accepted(String header) {
    var accepted = new ArrayList<MediaType>();
    for (String clause : header.split(",", -1)) {
      MediaType parsed = parse(clause);
      if (parsed != null) {
        accepted.add(parsed);
      }
    }
    accepted.sort(Comparator.comparingDouble(MediaType::quality).reversed());
    return accepted;
  }

  /** A parameter's value; empty if it is missing. */
  public String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }

  private double quality() {
    try {
      return parameters.containsKey("q") ? Double.parseDouble(parameter("q")) : 1;
    } catch (NumberFormatException e) {
      return 1;
    }
  }
}
