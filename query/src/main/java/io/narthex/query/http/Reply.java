package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** What an endpoint answers. */
sealed interface Reply {

  int status();

  /** JSON, written part by part. */
  record Json(int status, JsonBody body) implements Reply {}

  /** A text that is no JSON, written part by part in the same way. */
  record Text(String contentType, JsonBody body) implements Reply {
    @Override
    public int status() {
      return 200;
    }
  }

  /**
   * Bytes that are written part by part in the same way, and are not compressed further.
   *
   * @param encoding how they are compressed already; null if they are not
   */
  record Bytes(String contentType, @Nullable String encoding, JsonBody body) implements Reply {
    @Override
    public int status() {
      return 200;
    }
  }

  /** Server-sent events until the client goes or the stream ends; each element is one event. */
  record Events(Flux<String> data) implements Reply {
    @Override
    public int status() {
      return 200;
    }
  }

  /** A body that is there as a whole. */
  record Whole(int status, String contentType, byte[] body) implements Reply {}

  /** No body. */
  record Empty(int status) implements Reply {}

  /** The server is not ready yet, or no longer. */
  record NotReady(boolean stopping) implements Reply {
    @Override
    public int status() {
      return 503;
    }
  }

  /** Success with data. */
  static Reply data(JsonBody data) {
    return data(data, List.of(), List.of());
  }

  static Reply data(JsonBody data, List<String> warnings, List<String> infos) {
    return new Json(200, new Envelope(data, warnings, infos));
  }

  /** Success with a small value, see {@link JsonOut#value}. */
  static Reply data(@Nullable Object value) {
    return data(JsonBody.of(value));
  }

  static Reply error(Fault fault, @Nullable String message) {
    return error(fault.httpStatus(), fault, message);
  }

  static Reply error(int status, Fault fault, @Nullable String message) {
    return new Json(status, Envelope.error(fault, message));
  }
}
