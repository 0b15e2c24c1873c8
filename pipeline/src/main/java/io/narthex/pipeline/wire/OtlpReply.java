package io.narthex.pipeline.wire;

/**
 * {@code ExportMetricsServiceResponse} of OpenTelemetry: how many points were left out, and why.
 * Source: opentelemetry-proto, {@code metrics_service.proto}.
 */
public final class OtlpReply {
  private OtlpReply() {}

  /**
   * The message as protobuf; no bytes at all if nothing was left out.
   *
   * @param rejectedPoints data points left out
   * @param reason why; empty for none
   */
  public static byte[] protobuf(long rejectedPoints, String reason) {
    var out = new ProtoWriter();
    if (rejectedPoints > 0 || !reason.isEmpty()) {
      var partial = new ProtoWriter();
      partial.varint(1, rejectedPoints);
      partial.text(2, reason);
      out.message(1, partial);
    }
    return out.toByteArray();
  }

  /** The message as JSON, with the same parameters. */
  public static String json(long rejectedPoints, String reason) {
    return rejectedPoints == 0 && reason.isEmpty()
        ? "{}"
        : "{\"partialSuccess\":{\"rejectedDataPoints\":\""
            + rejectedPoints
            + "\",\"errorMessage\":"
            + JsonString.of(reason)
            + "}}";
  }
}
