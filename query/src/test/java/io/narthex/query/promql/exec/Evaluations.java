package io.narthex.query.promql.exec;

import io.narthex.pipeline.storage.SampleStore;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.QueryProgress;
import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;

/** Evaluations for tests of single operands. */
final class Evaluations {
  private static final String QUERY = "m";
  private static final long LOOKBACK = 300_000;

  private Evaluations() {}

  /** A query that has its turn and all the time that it wants. */
  static Evaluation of(
      SampleStore store, Cancellation cancellation, MemoryAccount memory, SpareCores cores) {
    long deadline = System.nanoTime() + Long.MAX_VALUE / 2;
    return new Evaluation(
        new Evaluation.Setup(
            store,
            EngineOptions.defaults(),
            new Annotations(QUERY),
            cancellation,
            deadline,
            LOOKBACK,
            0,
            0,
            0,
            PromqlParser.parse(QUERY, ParseOptions.DEFAULT),
            memory,
            new Turns(1).begin(cancellation, deadline),
            QueryProgress.unwatched(),
            null,
            cores));
  }
}
