package io.narthex.sources.receive;

import org.jspecify.annotations.Nullable;

/** Which requests are remote write 1.0 by their headers, and what others are told. */
final class WriteHeaders {
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String V1 = "prometheus.WriteRequest";
  private static final String V2 = "io.prometheus.write.v2.Request";

  private WriteHeaders() {}

  /**
   * Checks the headers; old senders leave them out, so what is missing is taken for granted.
   *
   * @return why the media type is not supported; null if it is
   */
  static @Nullable String check(@Nullable String contentType, @Nullable String encoding) {
    if (contentType != null && !contentType.isEmpty()) {
      var refusal = checkType(contentType);
      if (refusal != null) {
        return refusal;
      }
    }
    if (encoding != null && !encoding.isEmpty() && !encoding.equals("snappy")) {
      return encoding
          + " encoding (compression) is not accepted by this server; only snappy is acceptable";
    }
    return null;
  }

  private static @Nullable String checkType(String contentType) {
    String[] parts = contentType.strip().split(";", -1);
    if (!parts[0].strip().equals(PROTOBUF)) {
      return "expected %s as the first (media) part, got %s content-type"
          .formatted(PROTOBUF, contentType);
    }
    for (int i = 1; i < parts.length; i++) {
      String[] pair = parts[i].strip().split("=", -1);
      if (pair.length != 2) {
        return "as per https://www.rfc-editor.org/rfc/rfc9110#parameter expected parameters to be"
            + " key-values, got %s in %s content-type".formatted(parts[i].strip(), contentType);
      }
      if (pair[0].equals("proto")) {
        return checkMessage(pair[1], contentType);
      }
    }
    return null;
  }

  private static @Nullable String checkMessage(String message, String contentType) {
    if (message.equals(V1)) {
      return null;
    }
    if (message.equals(V2)) {
      return V2 + " protobuf message is not accepted by this server; only accepts " + V1;
    }
    return "got %s content type; unknown type for remote write protobuf message %s, supported: %s"
        .formatted(contentType, message, V1);
  }
}
