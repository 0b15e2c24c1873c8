package io.narthex.query.promql.script;

import io.narthex.query.promql.parse.SeriesDescription;
import java.util.ArrayList;
import java.util.List;

/**
 * A script's commands in order.
 *
 * @param commands what is to be done
 */
record Script(List<Command> commands) {

  /** One command of a script. */
  sealed interface Command {}

  /** Throws all samples away. */
  record Clear() implements Command {}

  /**
   * Appends samples.
   *
   * @param step between values, in milliseconds
   * @param customBuckets whether classic histograms become native ones as well
   */
  record Load(long step, boolean customBuckets, List<Loaded> series) implements Command {}

  /**
   * A series to load.
   *
   * @param starts start timestamps relative to the samples; empty if there are none, null: a hole
   */
  record Loaded(SeriesDescription description, List<Long> starts) {}

  /**
   * Evaluates a query and compares.
   *
   * @param step 0 for an instant query
   */
  record Eval(int line, String query, long start, long end, long step, Expectation expected)
      implements Command {}

  /** What an evaluation is to give. */
  static final class Expectation {
    boolean fails;
    boolean ordered;
    boolean oldStyle;
    final List<Text> failTexts = new ArrayList<>();
    final Notes warnings = new Notes();
    final Notes infos = new Notes();
    String string;
    Double scalar;

    /** Start, end, step of an expected range vector. */
    long[] range;

    final List<SeriesDescription> series = new ArrayList<>();
  }

  /** Expected annotations of one kind. */
  static final class Notes {
    boolean some;
    boolean none;
    final List<Text> texts = new ArrayList<>();
  }

  /** A text to find. */
  record Text(boolean regex, String text) {
    boolean matches(String actual) {
      return regex
          ? com.google.re2j.Pattern.compile(text).matcher(actual).find()
          : actual.equals(text);
    }
  }
}
