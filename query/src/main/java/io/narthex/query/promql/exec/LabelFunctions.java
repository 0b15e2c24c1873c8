package io.narthex.query.promql.exec;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.narthex.pipeline.model.BoundedRegex;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.ReadingBudget;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code label_replace} and {@code label_join}: new labels for whole series. */
final class LabelFunctions {
  /** Few, since an expression may take long for each. */
  private static final int SERIES_BETWEEN_LOOKS = 16;

  private LabelFunctions() {}

  /**
   * @param target label that is set
   * @param replacement text with {@code $1}, {@code ${1}} or {@code ${name}} for groups of the
   *     expression
   * @param source label whose whole value must match
   */
  static Operand.Vector replace(
      Evaluation evaluation,
      Operand.Vector input,
      String target,
      String replacement,
      String source,
      String expression,
      int steps) {
    Pattern pattern = pattern(expression, evaluation.reading());
    if (!valid(target)) {
      throw Evaluation.fault("invalid destination label name in label_replace(): " + target);
    }
    return rename(
        evaluation,
        input,
        target,
        labels -> {
          Matcher matcher = pattern.matcher(labels.get(source));
          return matcher.matches() ? Expansion.of(replacement, matcher, pattern) : null;
        },
        steps);
  }

  static Operand.Vector join(
      Evaluation evaluation,
      Operand.Vector input,
      String target,
      String separator,
      List<String> sources,
      int steps) {
    for (String source : sources) {
      if (!valid(source)) {
        throw Evaluation.fault("invalid source label name in label_join(): " + source);
      }
    }
    if (!valid(target)) {
      throw Evaluation.fault("invalid destination label name in label_join(): " + target);
    }
    return rename(
        evaluation,
        input,
        target,
        labels -> String.join(separator, sources.stream().map(labels::get).toList()),
        steps);
  }

  private interface Value {
    /** The new value; null leaves the series as it is. */
    @Nullable String of(Labels labels);
  }

  private static Operand.Vector rename(
      Evaluation evaluation, Operand.Vector input, String target, Value value, int steps) {
    var renamed = new ArrayList<Labels>(input.size());
    boolean[] drops = new boolean[input.size()];
    for (int i = 0; i < input.size(); i++) {
      if (i % SERIES_BETWEEN_LOOKS == 0) {
        evaluation.checkpoint();
      }
      Labels labels = input.labels(i);
      @Nullable String text = value.of(labels);
      renamed.add(text == null ? labels : labels.toBuilder().set(target, text).build());
      drops[i] = input.dropsName(i) && (text == null || !target.equals(Labels.METRIC_NAME));
    }
    return new Relabeled(evaluation, input, renamed, i -> drops[i], steps);
  }

  /** Whether a name is valid: not empty, and UTF-8 can write it. */
  static boolean valid(String name) {
    return !name.isEmpty() && StandardCharsets.UTF_8.newEncoder().canEncode(name);
  }

  private static Pattern pattern(String expression, ReadingBudget budget) {
    try {
      return BoundedRegex.whole(expression, budget);
    } catch (PatternSyntaxException e) {
      throw Evaluation.fault("invalid regular expression in label_replace(): " + expression);
    }
  }
}
