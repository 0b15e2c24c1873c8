package io.narthex.query.promql.parse;

import static io.narthex.query.promql.ast.ValueType.MATRIX;
import static io.narthex.query.promql.ast.ValueType.SCALAR;
import static io.narthex.query.promql.ast.ValueType.STRING;
import static io.narthex.query.promql.ast.ValueType.VECTOR;

import io.narthex.query.promql.ast.FunctionSignature;
import io.narthex.query.promql.ast.ValueType;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The functions of PromQL 3.14 with what they take and give. */
public final class FunctionSignatures {
  private static final Map<String, FunctionSignature> ALL = new TreeMap<>();

  static {
    overTime();
    histograms();
    mathematics();
    dates();
    contexts();
    labelsAndTypes();
  }

  private FunctionSignatures() {}

  /** The function of this name; null if there is none. */
  public static @Nullable FunctionSignature find(String name) {
    return ALL.get(name);
  }

  /** All functions, by name. */
  public static Collection<FunctionSignature> all() {
    return List.copyOf(ALL.values());
  }

  private static void overTime() {
    String[] stable = {
      "rate",
      "increase",
      "irate",
      "delta",
      "idelta",
      "deriv",
      "changes",
      "resets",
      "absent_over_time",
      "avg_over_time",
      "count_over_time",
      "first_over_time",
      "last_over_time",
      "max_over_time",
      "min_over_time",
      "present_over_time",
      "stddev_over_time",
      "stdvar_over_time",
      "sum_over_time"
    };
    for (String name : stable) {
      stable(name, MATRIX);
    }
    stable("predict_linear", MATRIX, SCALAR);
    stable("quantile_over_time", SCALAR, MATRIX);
    experimental("double_exponential_smoothing", 0, VECTOR, MATRIX, SCALAR, SCALAR);
    for (String name :
        List.of(
            "mad_over_time",
            "ts_of_first_over_time",
            "ts_of_last_over_time",
            "ts_of_max_over_time",
            "ts_of_min_over_time")) {
      experimental(name, 0, VECTOR, MATRIX);
    }
  }

  private static void histograms() {
    for (String name : List.of("avg", "count", "sum", "stddev", "stdvar")) {
      stable("histogram_" + name, VECTOR);
    }
    stable("histogram_fraction", SCALAR, SCALAR, VECTOR);
    stable("histogram_quantile", SCALAR, VECTOR);
    experimental("histogram_quantiles", 9, VECTOR, VECTOR, STRING, SCALAR, SCALAR);
  }

  private static void mathematics() {
    String[] plain = {
      "abs", "ceil", "floor", "exp", "ln", "log2", "log10", "sqrt", "sgn", "acos", "acosh", "asin",
      "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinh", "tan", "tanh", "deg", "rad"
    };
    for (String name : plain) {
      stable(name, VECTOR);
    }
    add("round", 1, VECTOR, false, VECTOR, SCALAR);
    stable("clamp", VECTOR, SCALAR, SCALAR);
    stable("clamp_max", VECTOR, SCALAR);
    stable("clamp_min", VECTOR, SCALAR);
    experimental("min_of", 0, SCALAR, SCALAR, SCALAR);
    experimental("max_of", 0, SCALAR, SCALAR, SCALAR);
    add("pi", 0, SCALAR, false);
  }

  private static void dates() {
    for (String name :
        List.of(
            "day_of_month",
            "day_of_week",
            "day_of_year",
            "days_in_month",
            "hour",
            "minute",
            "month",
            "year")) {
      add(name, 1, VECTOR, false, VECTOR);
    }
  }

  private static void contexts() {
    add("time", 0, SCALAR, false);
    stable("timestamp", VECTOR);
    experimental("start_timestamp", 0, VECTOR, VECTOR);
    for (String name : List.of("start", "end", "range", "step")) {
      experimental(name, 0, SCALAR);
    }
  }

  private static void labelsAndTypes() {
    add("label_join", -1, VECTOR, false, VECTOR, STRING, STRING, STRING);
    stable("label_replace", VECTOR, STRING, STRING, STRING, STRING);
    stable("sort", VECTOR);
    stable("sort_desc", VECTOR);
    experimental("sort_by_label", -1, VECTOR, VECTOR, STRING);
    experimental("sort_by_label_desc", -1, VECTOR, VECTOR, STRING);
    add("scalar", 0, SCALAR, false, VECTOR);
    stable("vector", SCALAR);
    stable("absent", VECTOR);
    experimental("info", 1, VECTOR, VECTOR, VECTOR);
  }

  private static void stable(String name, ValueType... arguments) {
    add(name, 0, VECTOR, false, arguments);
  }

  private static void experimental(
      String name, int variadic, ValueType result, ValueType... arguments) {
    add(name, variadic, result, true, arguments);
  }

  private static void add(
      String name, int variadic, ValueType result, boolean experimental, ValueType... arguments) {
    ALL.put(name, new FunctionSignature(name, List.of(arguments), variadic, result, experimental));
  }
}
