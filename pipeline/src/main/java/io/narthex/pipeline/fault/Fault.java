package io.narthex.pipeline.fault;

/**
 * What can go wrong towards a client: one code for each kind, with the error type of the HTTP API
 * and the status. The error types and their status codes are those of Prometheus.
 */
public enum Fault {
  BAD_DATA("bad_data", 400),
  EXECUTION("execution", 422),
  TOO_MANY_SAMPLES("execution", 422),
  CANCELED("canceled", 499),
  /** Somebody ended it while its client waited. */
  ENDED("canceled", 503),
  TIMEOUT("timeout", 503),
  OVERLOADED("timeout", 503),
  NOT_FOUND("not_found", 404),
  NOT_ACCEPTABLE("not_acceptable", 406),
  UNSUPPORTED_MEDIA_TYPE("bad_data", 415),
  TOO_LARGE("bad_data", 413),
  /** The store cannot take or give data now; the client may come again. */
  UNAVAILABLE("unavailable", 503),
  CORRUPT_BLOCK("internal", 500),
  INTERNAL("internal", 500);

  private final String errorType;
  private final int httpStatus;

  Fault(String errorType, int httpStatus) {
    this.errorType = errorType;
    this.httpStatus = httpStatus;
  }

  /** The {@code errorType} of the HTTP API. */
  public String errorType() {
    return errorType;
  }

  public int httpStatus() {
    return httpStatus;
  }
}
