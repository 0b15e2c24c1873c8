package io.narthex.query.http;

/** Answers requests; runs on a worker and may block, unless its route says {@code INLINE}. */
@FunctionalInterface
interface Endpoint {

  /**
   * @throws io.narthex.pipeline.fault.FaultException for what the client did wrong, or what the
   *     server cannot do
   */
  Reply answer(Call call);
}
