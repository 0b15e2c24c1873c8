package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The object around every answer of the API: status, data or error, warnings and infos. */
final class Envelope implements JsonBody {
  private static final int MOST_ANNOTATIONS = 10;

  private final JsonBody data;
  private final List<String> warnings;
  private final List<String> infos;
  private boolean begun;

  Envelope(JsonBody data, List<String> warnings, List<String> infos) {
    this.data = data;
    this.warnings = capped(warnings, "warning");
    this.infos = capped(infos, "info");
  }

  /** An error's envelope. */
  static JsonBody error(Fault fault, @Nullable String message) {
    return out -> {
      out.raw("{\"status\":\"error\",\"errorType\":").string(fault.errorType());
      out.raw(",\"error\":").string(message == null ? fault.errorType() : message).raw('}');
      return false;
    };
  }

  @Override
  public boolean write(JsonOut out) {
    if (!begun) {
      out.raw("{\"status\":\"success\",\"data\":");
      begun = true;
    }
    if (data.write(out)) {
      return true;
    }
    if (!warnings.isEmpty()) {
      out.raw(",\"warnings\":").value(warnings);
    }
    if (!infos.isEmpty()) {
      out.raw(",\"infos\":").value(infos);
    }
    out.raw('}');
    return false;
  }

  private static List<String> capped(List<String> annotations, String kind) {
    if (annotations.size() <= MOST_ANNOTATIONS) {
      return annotations;
    }
    var shown = new ArrayList<>(annotations.subList(0, MOST_ANNOTATIONS));
    int more = annotations.size() - MOST_ANNOTATIONS;
    shown.add(more + " more " + kind + " annotations omitted");
    return shown;
  }
}
