package io.narthex.sinks.alertmanager;

import io.narthex.pipeline.alert.AlertNotification;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.wire.JsonString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/**
 * Alerts as the API v2 of Alertmanager takes them: an array of objects with labels, annotations,
 * the times and the generator's URL. Single use.
 */
final class AlertBody {
  private final StringBuilder out = new StringBuilder("[");

  /**
   * Adds an alert.
   *
   * @param labels as they are sent
   * @param now when they are sent, milliseconds
   */
  void add(AlertNotification alert, Labels labels, long now) {
    out.append(out.length() == 1 ? "" : ",").append("{\"labels\":");
    texts(labels.toMap());
    out.append(",\"annotations\":");
    texts(alert.annotations());
    out.append(",\"startsAt\":\"").append(Instant.ofEpochMilli(alert.startsAt()));
    out.append("\",\"endsAt\":\"").append(Instant.ofEpochMilli(endsAt(alert, now)));
    out.append("\",\"generatorURL\":");
    JsonString.append(out, alert.generatorUrl());
    out.append('}');
  }

  byte[] bytes() {
    return out.append(']').toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Until when the Alertmanager takes the alert for firing. A notification that waited long, or one
   * of a tick that is caught up with, still holds for three quarters of the usual time: otherwise
   * it would resolve the alert in the moment it arrives.
   */
  static long endsAt(AlertNotification alert, long now) {
    if (alert.isResolved()) {
      return alert.resolvedAt();
    }
    return Math.max(alert.tick(), now - alert.validMillis() / 4) + alert.validMillis();
  }

  private void texts(Map<String, String> texts) {
    out.append('{');
    boolean first = true;
    for (var text : texts.entrySet()) {
      if (!first) {
        out.append(',');
      }
      first = false;
      JsonString.append(out, text.getKey());
      out.append(':');
      JsonString.append(out, text.getValue());
    }
    out.append('}');
  }
}
