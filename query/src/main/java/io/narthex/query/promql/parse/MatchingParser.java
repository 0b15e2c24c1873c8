package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.BinaryOp;
import io.narthex.query.promql.ast.VectorMatching;
import io.narthex.query.promql.ast.VectorMatching.Cardinality;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what may stand between a binary operator and its right side: {@code bool}, {@code on} or
 * {@code ignoring} with {@code group_left} or {@code group_right}, fill modifiers.
 */
final class MatchingParser {
  private final TokenStream tokens;
  private final SelectorParser selectors;
  private final LiteralParser literals;

  MatchingParser(TokenStream tokens, SelectorParser selectors, LiteralParser literals) {
    this.tokens = tokens;
    this.selectors = selectors;
    this.literals = literals;
  }

  /** The modifiers as written; those of the matching mean something only between vectors. */
  record Modifiers(boolean returnBool, VectorMatching matching) {

    boolean fills() {
      return matching.fillLeft() != null || matching.fillRight() != null;
    }

    /** The matching of two vectors: set operations match many with many. */
    VectorMatching matchingOf(BinaryOp op) {
      boolean many = op.isSet() && matching.cardinality() == Cardinality.ONE_TO_ONE;
      return many
          ? new VectorMatching(
              Cardinality.MANY_TO_MANY,
              matching.labels(),
              matching.on(),
              matching.include(),
              matching.fillLeft(),
              matching.fillRight())
          : matching;
    }
  }

  Modifiers modifiers() {
    boolean returnBool = tokens.take(TokenType.BOOL);
    boolean on = tokens.is(TokenType.ON);
    var cardinality = Cardinality.ONE_TO_ONE;
    List<String> labels = List.of();
    List<String> include = List.of();
    if (on || tokens.is(TokenType.IGNORING)) {
      tokens.advance();
      labels = selectors.labelNames();
      if (tokens.is(TokenType.GROUP_LEFT) || tokens.is(TokenType.GROUP_RIGHT)) {
        cardinality =
            tokens.is(TokenType.GROUP_LEFT) ? Cardinality.MANY_TO_ONE : Cardinality.ONE_TO_MANY;
        tokens.advance();
        include = tokens.is(TokenType.LEFT_PAREN) ? selectors.labelNames() : List.of();
      }
    }
    Double left = null;
    Double right = null;
    if (tokens.take(TokenType.FILL)) {
      left = fillValue();
      right = left;
    } else if (tokens.is(TokenType.FILL_LEFT)) {
      left = fill(TokenType.FILL_LEFT);
      right = fill(TokenType.FILL_RIGHT);
    } else {
      right = fill(TokenType.FILL_RIGHT);
      left = right == null ? null : fill(TokenType.FILL_LEFT);
    }
    return new Modifiers(
        returnBool, new VectorMatching(cardinality, labels, on, include, left, right));
  }

  private @Nullable Double fill(TokenType side) {
    return tokens.take(side) ? fillValue() : null;
  }

  private double fillValue() {
    tokens.expect(TokenType.LEFT_PAREN);
    double value = literals.signedNumber();
    tokens.expect(TokenType.RIGHT_PAREN);
    return value;
  }
}
