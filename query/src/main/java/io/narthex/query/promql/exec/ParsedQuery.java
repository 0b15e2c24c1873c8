package io.narthex.query.promql.exec;

import io.narthex.query.promql.ast.Expr;

/**
 * A query that was read; what its tree and its regular expressions take counts as held until it is
 * closed, or the engine has evaluated it. Confined to one thread.
 */
public final class ParsedQuery implements AutoCloseable {
  private final Expr expr;
  private final MemoryAccount memory;
  private boolean handedOver;

  ParsedQuery(Expr expr, MemoryAccount memory) {
    this.expr = expr;
    this.memory = memory;
  }

  public Expr expr() {
    return expr;
  }

  /** The account, which somebody else closes from now on. */
  MemoryAccount handOver() {
    if (handedOver) {
      throw new IllegalStateException("evaluated already");
    }
    handedOver = true;
    return memory;
  }

  /** Nobody wants to evaluate it any more. */
  @Override
  public void close() {
    if (!handedOver) {
      memory.close();
    }
  }
}
