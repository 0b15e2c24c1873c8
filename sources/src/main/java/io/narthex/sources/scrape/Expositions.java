package io.narthex.sources.scrape;

import io.narthex.pipeline.config.ScrapeConfig;
import io.narthex.pipeline.wire.ExpositionFormat;
import io.narthex.pipeline.wire.ExpositionParser;
import io.narthex.pipeline.wire.NameEscaping;

/** The formats of a job: what it asks for, and how an answer is read. */
final class Expositions {
  private Expositions() {}

  /** The Accept header of a job's scrapes. */
  static String accept(ScrapeConfig config) {
    var escaping = NameEscaping.named(config.escapingScheme());
    return ExpositionFormat.accept(
        config.protocols(), escaping == null ? NameEscaping.ALLOW_UTF_8 : escaping);
  }

  /**
   * A parser of {@code bytes[0, length)}.
   *
   * @throws io.narthex.pipeline.fault.FaultException if neither content type nor fallback name a
   *     format
   */
  static ExpositionParser parser(
      byte[] bytes, int length, String contentType, ScrapeConfig config) {
    var options =
        new ExpositionFormat.Options(
            config.scrapeNativeHistograms(),
            config.alwaysScrapeClassicHistograms(),
            config.convertClassicHistogramsToNhcb(),
            false);
    return ExpositionFormat.of(contentType, config.fallbackProtocol())
        .parser(bytes, 0, length, options);
  }
}
