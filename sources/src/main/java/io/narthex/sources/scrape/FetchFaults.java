package io.narthex.sources.scrape;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.NotSslRecordException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import reactor.netty.http.client.PrematureCloseException;

/** Failures of connections in the words that users of Prometheus know. */
final class FetchFaults {
  private static final String TIMEOUT = "context deadline exceeded";

  private FetchFaults() {}

  /** The failure as the API shows it; the one place that looks at its kind. */
  static ScrapeException described(Throwable error, String url) {
    if (error instanceof ScrapeException known) {
      return known;
    }
    if (error instanceof PrematureCloseException && duringBody(error)) {
      return new ScrapeException("unexpected EOF");
    }
    return new ScrapeException("Get \"" + url + "\": " + text(error));
  }

  private static String text(Throwable error) {
    if (error instanceof TimeoutException || error instanceof ConnectTimeoutException) {
      return TIMEOUT;
    }
    if (error instanceof UnknownHostException) {
      return "dial tcp: lookup " + host(error) + ": no such host";
    }
    if (error instanceof ConnectException) {
      return "dial tcp " + address(error) + ": connect: " + reason(error);
    }
    if (error instanceof PrematureCloseException) {
      return "EOF";
    }
    if (error instanceof NotSslRecordException) {
      return "tls: first record does not look like a TLS handshake";
    }
    if (error instanceof SSLException) {
      var cause = error.getCause() == null ? error : error.getCause();
      return "tls: " + cause.getMessage();
    }
    return error.getMessage() == null ? error.toString() : error.getMessage();
  }

  private static boolean duringBody(Throwable error) {
    return String.valueOf(error.getMessage()).contains("DURING");
  }

  private static String reason(Throwable error) {
    String message = String.valueOf(error.getMessage());
    return message.contains("refused") ? "connection refused" : message;
  }

  /** Netty's messages end in {@code host/address:port}. */
  private static String address(Throwable error) {
    String message = String.valueOf(error.getMessage());
    String last = message.substring(message.lastIndexOf(' ') + 1);
    return last.substring(last.lastIndexOf('/') + 1);
  }

  private static String host(Throwable error) {
    String message = String.valueOf(error.getMessage());
    int quote = message.indexOf('\'');
    int end = message.indexOf('\'', quote + 1);
    String host = quote >= 0 && end > quote ? message.substring(quote + 1, end) : message;
    int space = host.indexOf(' ');
    String first = space > 0 ? host.substring(0, space) : host;
    return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
  }
}
