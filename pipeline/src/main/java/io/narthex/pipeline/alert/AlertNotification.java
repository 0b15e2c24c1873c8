package io.narthex.pipeline.alert;

import io.narthex.pipeline.model.Labels;
import java.util.Map;

/**
 * An alert to be told to the Alertmanagers. Times are milliseconds since the epoch.
 *
 * @param labels without external labels
 * @param annotations in order of their names; values may be empty
 * @param startsAt when it began to fire
 * @param resolvedAt when it ended; 0 while it fires
 * @param tick the evaluation that sends it
 * @param validMillis how long after the tick the Alertmanager may take the alert for firing without
 *     hearing of it again
 * @param generatorUrl where the alert's expression can be looked at
 */
public record AlertNotification(
    Labels labels,
    Map<String, String> annotations,
    long startsAt,
    long resolvedAt,
    long tick,
    long validMillis,
    String generatorUrl) {

  public boolean isResolved() {
    return resolvedAt != 0;
  }
}
