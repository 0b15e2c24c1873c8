package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** What is not under {@code /api}: health, own metrics, version. */
final class PageEndpoints {
  private static final String PLAIN = "text/plain; charset=utf-8";

  private final ServerFacts facts;
  private final PrometheusRegistry registry;
  private final ExpositionFormats formats = ExpositionFormats.init();

  PageEndpoints(ApiServices services) {
    facts = services.facts();
    registry = services.registry();
  }

  List<Route> routes() {
    return List.of(
        Route.always("/-/healthy", call -> text("Prometheus Server is Healthy.\n")),
        Route.whenReady("/-/ready", call -> text("Prometheus Server is Ready.\n")),
        Route.metrics("/metrics", this::metrics),
        Route.always("/version", call -> version()));
  }

  private static Reply text(String text) {
    return new Reply.Whole(200, PLAIN, text.getBytes(UTF_8));
  }

  private Reply version() {
    var out = new JsonOut().value(StatusEndpoints.build(facts.build())).raw('\n');
    return new Reply.Whole(200, "application/json", out.take());
  }

  private Reply metrics(Call call) {
    var format = AnswerFormat.accepted(call.accept());
    var metrics = registry.scrape();
    var messages = format.messages();
    byte[] body =
        messages == null
            ? text(metrics, format)
            : SelfMetricsMessages.of(metrics, messages, format.escaping());
    return new Reply.Whole(200, format.contentType(), body);
  }

  private byte[] text(MetricSnapshots metrics, AnswerFormat format) {
    var out = new ByteArrayOutputStream(JsonOut.PART);
    var writer =
        format.openMetrics()
            ? formats.getOpenMetricsTextFormatWriter()
            : formats.getPrometheusTextFormatWriter();
    try {
      writer.write(out, metrics, format.escaping());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
