package io.narthex.sources.scrape;

/** Why a scrape failed, as the API shows it. */
final class ScrapeException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean tooLarge;

  ScrapeException(String message) {
    this(message, false);
  }

  private ScrapeException(String message, boolean tooLarge) {
    super(message, null, false, false); // expected, and frequent where targets are down: no trace
    this.tooLarge = tooLarge;
  }

  /** The body is larger than it may be. */
  static ScrapeException bodyTooLarge() {
    return new ScrapeException("body size limit exceeded", true);
  }

  boolean isTooLarge() {
    return tooLarge;
  }

  /** The message; never null here. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
