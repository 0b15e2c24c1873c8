package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.query.http.Notifications.Notification;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the server tells without being asked, as a list and as a stream. */
final class NotificationEndpoints {
  private final Notifications notifications;

  NotificationEndpoints(ApiServices services) {
    notifications = services.facts().notifications();
  }

  List<Route> routes() {
    return List.of(
        Route.alwaysGet("/api/v1/notifications", call -> list()),
        Route.alwaysGet("/api/v1/notifications/live", call -> live()));
  }

  private Reply list() {
    return Reply.data(notifications.active().stream().map(NotificationEndpoints::data).toList());
  }

  private Reply live() {
    return notifications.hasPlace()
        ? new Reply.Events(notifications.follow().map(NotificationEndpoints::json))
        : new Reply.Empty(204);
  }

  private static Map<String, Object> data(Notification notification) {
    var data = new LinkedHashMap<String, Object>();
    data.put("text", notification.text());
    data.put("date", notification.since().toString());
    data.put("active", notification.active());
    return data;
  }

  private static String json(Notification notification) {
    return new String(new JsonOut().value(data(notification)).take(), UTF_8);
  }
}
