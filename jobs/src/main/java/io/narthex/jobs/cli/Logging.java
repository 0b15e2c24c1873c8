package io.narthex.jobs.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import io.narthex.jobs.server.StartupException;
import io.narthex.jobs.server.WarmUp;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets up the log on standard error, by {@code --log.level} and {@code --log.format}. */
final class Logging {
  private static final Set<String> LEVELS = Set.of("debug", "info", "warn", "error");
  private static final String LOGFMT =
      "time=%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} level=%level logger=%logger{0} msg=\"%replace(%msg){'\"','\\\\\"'}\"%n";

  private Logging() {}

  /**
   * Replaces whatever is configured.
   *
   * @throws StartupException for an unknown level or format
   */
  static void configure(String level, String format) {
    if (!LEVELS.contains(level.toLowerCase(Locale.ROOT))) {
      throw new StartupException(
          StartupException.MISUSED,
          "--log.level: " + level + " is not one of debug, info, warn, error");
    }
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder(context, format));
    appender.addFilter(new RehearsalFilter());
    appender.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(Level.WARN);
    context.getLogger("io.narthex").setLevel(Level.toLevel(level));
    // Flink tells at WARN what an embedded runtime without tokens, log files and web page is
    // expected to lack.
    context.getLogger("org.apache.flink").setLevel(Level.ERROR);
    context.getLogger("org.apache.pekko").setLevel(Level.ERROR);
    // Failures of requests that this server makes are told where they are handled; the HTTP client
    // would add a stack trace for each scrape of a target that is down.
    context.getLogger("reactor.netty.http.client").setLevel(Level.ERROR);
    // Nor may clients that send garbage or break off fill it.
    context.getLogger("reactor.netty.http.server.HttpServerOperations").setLevel(Level.ERROR);
    context.getLogger("reactor.netty.channel.FluxReceive").setLevel(Level.ERROR);
    // Netty would add two stack traces for each stranger that fails in the TLS handshake.
    context
        .getLogger("io.netty.handler.ssl.ApplicationProtocolNegotiationHandler")
        .setLevel(Level.ERROR);
  }

  /** Keeps what the store of the rehearsal tells out of the log, but for warnings and errors. */
  private static final class RehearsalFilter extends Filter<ILoggingEvent> {
    @Override
    public FilterReply decide(ILoggingEvent event) {
      return !event.getLevel().isGreaterOrEqual(Level.WARN)
              && event.getMDCPropertyMap().containsKey(WarmUp.QUIET)
          ? FilterReply.DENY
          : FilterReply.NEUTRAL;
    }
  }

  private static Encoder<ILoggingEvent> encoder(LoggerContext context, String format) {
    switch (format) {
      case "json" -> {
        var json = new JsonEncoder();
        json.setContext(context);
        json.setWithSequenceNumber(false);
        json.setWithNanoseconds(false);
        json.setWithContext(false);
        json.setWithMDC(false);
        json.setWithMessage(false);
        json.setWithArguments(false);
        json.setWithFormattedMessage(true);
        json.start();
        return json;
      }
      case "logfmt" -> {
        var pattern = new PatternLayoutEncoder();
        pattern.setContext(context);
        pattern.setPattern(LOGFMT);
        pattern.start();
        return pattern;
      }
      default ->
          throw new StartupException(
              StartupException.MISUSED, "--log.format: " + format + " is not one of logfmt, json");
    }
  }
}
