package io.narthex.operators.alert;

import org.jspecify.annotations.Nullable;

/**
 * What is to be minded at a tick soon after a start.
 *
 * @param restore where alerts that are new go on from, if the state was lost; null if they begin
 * @param partial whether the expression does not see all that it would have seen without an outage
 *     before: active alerts that it does not give stay as they are, and none begins to fire
 */
public record AfterStart(@Nullable ForStateRestore restore, boolean partial) {
  /** Nothing. */
  public static final AfterStart NONE = new AfterStart(null, false);
}
