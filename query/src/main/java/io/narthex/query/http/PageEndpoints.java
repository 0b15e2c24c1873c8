package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

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
    String accept = textFormats(call.accept());
    var writer = formats.findWriter(accept);
    var scheme = EscapingScheme.fromAcceptHeader(accept);
    var out = new ByteArrayOutputStream(JsonOut.PART);
    try {
      writer.write(out, registry.scrape(), scheme);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String type = writer.getContentType() + scheme.toHeaderFormat();
    return new Reply.Whole(200, type, out.toByteArray());
  }

  /** What of an Accept header can be served here; scrapers put Protobuf before the texts. */
  private static String textFormats(String accept) {
    return Arrays.stream(accept.split(","))
        .filter(format -> !format.strip().startsWith("application/vnd.google.protobuf"))
        .collect(Collectors.joining(","));
  }
}
