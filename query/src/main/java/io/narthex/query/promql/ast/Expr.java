package io.narthex.query.promql.ast;

import io.narthex.pipeline.model.Matcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node of a PromQL expression. Durations and timestamps are milliseconds. Equality includes
 * positions.
 *
 * <p>Every use that depends on the kind of node goes through a {@link Visitor}, so that a new kind
 * breaks the build where it is not handled.
 */
public sealed interface Expr {

  /** Where the node stands in the query. */
  Span span();

  ValueType type();

  <R> R accept(Visitor<R> visitor);

  /**
   * A number, or a duration written as one.
   *
   * @param duration whether it was written as a duration, for printing
   */
  record NumberLiteral(double value, boolean duration, Span span) implements Expr {
    @Override
    public ValueType type() {
      return ValueType.SCALAR;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.number(this);
    }
  }

  /** A string. */
  record StringLiteral(String value, Span span) implements Expr {
    @Override
    public ValueType type() {
      return ValueType.STRING;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.string(this);
    }
  }

  /**
   * An instant selector.
   *
   * @param name the metric name written before the braces; empty if there is none (the matchers
   *     hold it in any case)
   * @param matchers in the order they were written, the one of the name last
   * @param time offset and {@code @}
   * @param extension {@code anchored} or {@code smoothed}
   */
  record VectorSelector(
      String name, List<Matcher> matchers, TimeModifier time, Extension extension, Span span)
      implements Expr {
    public VectorSelector {
      matchers = List.copyOf(matchers);
    }

    @Override
    public ValueType type() {
      return ValueType.VECTOR;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.vectorSelector(this);
    }
  }

  /** A range selector; time modifiers and extension are those of its vector selector. */
  record MatrixSelector(VectorSelector vector, DurationValue range, Span span) implements Expr {
    @Override
    public ValueType type() {
      return ValueType.MATRIX;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.matrixSelector(this);
    }
  }

  /**
   * {@code expr[range:step]}.
   *
   * @param step null: the default evaluation interval
   */
  record Subquery(
      Expr expr, DurationValue range, @Nullable DurationValue step, TimeModifier time, Span span)
      implements Expr {
    @Override
    public ValueType type() {
      return ValueType.MATRIX;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.subquery(this);
    }
  }

  /**
   * A sign before an expression.
   *
   * @param negative false for {@code +}
   */
  record Unary(boolean negative, Expr expr, Span span) implements Expr {
    @Override
    public ValueType type() {
      return expr.type();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unary(this);
    }
  }

  /**
   * An operation on two expressions.
   *
   * @param returnBool {@code bool} modifier
   * @param matching null unless both sides are vectors
   */
  record Binary(
      BinaryOp op,
      Expr left,
      Expr right,
      boolean returnBool,
      @Nullable VectorMatching matching,
      Span span)
      implements Expr {
    @Override
    public ValueType type() {
      return left.type() == ValueType.SCALAR && right.type() == ValueType.SCALAR
          ? ValueType.SCALAR
          : ValueType.VECTOR;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.binary(this);
    }
  }

  /**
   * An aggregation.
   *
   * @param parameter first argument where the operator has one
   * @param grouping label names in the order they were written
   * @param without whether the grouping names the labels to leave out
   */
  record Aggregate(
      AggregateOp op,
      Expr expr,
      @Nullable Expr parameter,
      List<String> grouping,
      boolean without,
      Span span)
      implements Expr {
    public Aggregate {
      grouping = List.copyOf(grouping);
    }

    @Override
    public ValueType type() {
      return ValueType.VECTOR;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.aggregate(this);
    }
  }

  /** A call of a function. */
  record Call(FunctionSignature function, List<Expr> arguments, Span span) implements Expr {
    public Call {
      arguments = List.copyOf(arguments);
    }

    @Override
    public ValueType type() {
      return function.returnType();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.call(this);
    }
  }

  /** An expression in parentheses. */
  record Paren(Expr expr, Span span) implements Expr {
    @Override
    public ValueType type() {
      return expr.type();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.paren(this);
    }
  }

  /**
   * An expression that has the same value at every step; put in by the planner, never by the
   * parser.
   */
  record StepInvariant(Expr expr) implements Expr {
    @Override
    public Span span() {
      return expr.span();
    }

    @Override
    public ValueType type() {
      return expr.type();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.stepInvariant(this);
    }
  }

  /** {@code anchored} and {@code smoothed} of extended range selectors. */
  enum Extension {
    NONE,
    ANCHORED,
    SMOOTHED
  }

  /** One method for each kind of node. */
  interface Visitor<R> {
    R number(NumberLiteral node);

    R string(StringLiteral node);

    R vectorSelector(VectorSelector node);

    R matrixSelector(MatrixSelector node);

    R subquery(Subquery node);

    R unary(Unary node);

    R binary(Binary node);

    R aggregate(Aggregate node);

    R call(Call node);

    R paren(Paren node);

    R stepInvariant(StepInvariant node);
  }
}
