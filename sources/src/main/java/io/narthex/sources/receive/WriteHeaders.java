package io.narthex.sources.receive;

import org.jspecify.annotations.Nullable;

/**
 * Which protocol a remote-write request speaks by its headers, and what those are told that speak
 * none.
 *
 * @param version2 whether it is remote write 2.0, else 1.0
 * @param refusal why the media type is not supported; null if it is
 */
record WriteHeaders(boolean version2, @Nullable String refusal) {
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String V1 = "prometheus.WriteRequest";
  private static final String V2 = "io.prometheus.write.v2.Request";
  private static final WriteHeaders VERSION_1 = new WriteHeaders(false, null);

  /** Reads the headers; old senders leave them out, so what is missing is taken for granted. */
  static WriteHeaders read(@Nullable String contentType, @Nullable String encoding) {
    var read = contentType == null || contentType.isEmpty() ? VERSION_1 : type(contentType);
    if (read.refusal == null
        && encoding != null
        && !encoding.isEmpty()
        && !encoding.equals("snappy")) {
      return refused(
          encoding
              + " encoding (compression) is not accepted by this server; only snappy is"
              + " acceptable");
    }
    return read;
  }

  private static WriteHeaders type(String contentType) {
    String[] parts = contentType.strip().split(";", -1);
    if (!parts[0].strip().equals(PROTOBUF)) {
      return refused(
          "expected %s as the first (media) part, got %s content-type"
              .formatted(PROTOBUF, contentType));
    }
    for (int i = 1; i < parts.length; i++) {
      String[] pair = parts[i].strip().split("=", -1);
      if (pair.length != 2) {
        return refused(
            "as per https://www.rfc-editor.org/rfc/rfc9110#parameter expected parameters to be"
                + " key-values, got %s in %s content-type"
                    .formatted(parts[i].strip(), contentType));
      }
      if (pair[0].equals("proto")) {
        return message(pair[1], contentType);
      }
    }
    return VERSION_1;
  }

  private static WriteHeaders message(String message, String contentType) {
    return switch (message) {
      case V1 -> VERSION_1;
      case V2 -> new WriteHeaders(true, null);
      default ->
          refused(
              ("got %s content type; unknown type for remote write protobuf message %s, supported:")
                      .formatted(contentType, message)
                  + " %s, %s".formatted(V1, V2));
    };
  }

  private static WriteHeaders refused(String why) {
    return new WriteHeaders(false, why);
  }
}
