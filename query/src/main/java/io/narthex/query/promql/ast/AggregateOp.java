package io.narthex.query.promql.ast;

import java.util.Locale;

/** Aggregation operators. */
public enum AggregateOp {
  SUM(Parameter.NONE, false),
  AVG(Parameter.NONE, false),
  MIN(Parameter.NONE, false),
  MAX(Parameter.NONE, false),
  COUNT(Parameter.NONE, false),
  GROUP(Parameter.NONE, false),
  STDDEV(Parameter.NONE, false),
  STDVAR(Parameter.NONE, false),
  TOPK(Parameter.SCALAR, false),
  BOTTOMK(Parameter.SCALAR, false),
  COUNT_VALUES(Parameter.STRING, false),
  QUANTILE(Parameter.SCALAR, false),
  LIMITK(Parameter.SCALAR, true),
  LIMIT_RATIO(Parameter.SCALAR, true);

  private final Parameter parameter;
  private final boolean experimental;

  AggregateOp(Parameter parameter, boolean experimental) {
    this.parameter = parameter;
    this.experimental = experimental;
  }

  /** The name in queries. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public Parameter parameter() {
    return parameter;
  }

  /** Whether a feature flag must be set to use it. */
  public boolean experimental() {
    return experimental;
  }

  /** What an operator takes before the vector. */
  public enum Parameter {
    NONE,
    SCALAR,
    STRING
  }
}
