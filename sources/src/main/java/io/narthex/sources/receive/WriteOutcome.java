package io.narthex.sources.receive;

import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.AppendResult.Reason;
import io.narthex.pipeline.storage.AppendResult.Rejection;
import io.narthex.pipeline.wire.DecodedWrite;
import java.util.ArrayList;
import java.util.List;

/**
 * What a sender is answered: a status, and a text unless it is 204.
 *
 * @param status of HTTP
 * @param text one reason a line; empty for 204
 */
record WriteOutcome(int status, String text) {

  /**
   * The answer to a request of which everything that was accepted is durable. It is 2xx only if
   * nothing was left out: Prometheus' receiver of remote write 1.0 answers 204 although it drops
   * series with invalid labels, and their sender never learns of it.
   *
   * @param result what the store did with it
   * @param decoded what decoding had to leave out of it
   */
  static WriteOutcome of(AppendResult result, DecodedWrite decoded) {
    List<String> reasons = new ArrayList<>();
    for (var rejection : result.rejections()) {
      if (rejection.reason() != Reason.EXEMPLAR_OUT_OF_ORDER) {
        reasons.add(text(rejection));
      }
    }
    if (decoded.rejectedHistograms() > 0 || decoded.rejectedSeries() > 0) {
      reasons.addAll(decoded.reasons());
    }
    return reasons.isEmpty()
        ? new WriteOutcome(204, "")
        : new WriteOutcome(400, String.join("\n", reasons));
  }

  private static String text(Rejection rejection) {
    int count = rejection.count();
    return rejection.reason().text()
        + ": "
        + count
        + (count == 1 ? " sample, series " : " samples, such as series ")
        + rejection.example();
  }
}
