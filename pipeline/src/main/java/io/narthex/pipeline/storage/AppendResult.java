package io.narthex.pipeline.storage;

import java.util.List;

/**
 * What became of a batch.
 *
 * @param samples float samples stored
 * @param histograms histogram samples stored
 * @param exemplars exemplars stored
 * @param rejections what was refused, by reason; empty if nothing was
 */
public record AppendResult(int samples, int histograms, int exemplars, List<Rejection> rejections) {

  public AppendResult {
    rejections = List.copyOf(rejections);
  }

  /**
   * Samples refused for one reason.
   *
   * @param reason why
   * @param count how many
   * @param example the series of one of them, as {@code {a="b"}}
   */
  public record Rejection(Reason reason, int count, String example) {}

  /** Why a sample is refused; the texts are those of Prometheus. */
  public enum Reason {
    OUT_OF_ORDER("out of order sample"),
    DUPLICATE_TIMESTAMP("duplicate sample for timestamp"),
    OUT_OF_BOUNDS("out of bounds"),
    TOO_OLD("too old sample"),
    INVALID_LABELS("invalid labels"),
    EXEMPLAR_OUT_OF_ORDER("out of order exemplar"),
    TOO_MANY_SERIES("limit of active series reached");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }
}
