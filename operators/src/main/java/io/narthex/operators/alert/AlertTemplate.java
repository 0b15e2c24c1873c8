package io.narthex.operators.alert;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The value of a label or an annotation of a rule, ready to be expanded. */
@FunctionalInterface
public interface AlertTemplate {

  /**
   * Makes the text for one element of the result.
   *
   * @throws ExpansionException if it cannot be expanded
   */
  String expand(Data data) throws ExpansionException;

  /** Turns the text of a rule file into a template. */
  @FunctionalInterface
  interface Compiler {
    /**
     * Reads a template.
     *
     * @param rule the alert's name, named in faults
     * @throws IllegalArgumentException if the text is no template; the message says where
     */
    AlertTemplate compile(String rule, String text);
  }

  /** A query from within a template. */
  @FunctionalInterface
  interface Query {
    /**
     * The vector that a query gives at a time; a scalar is an element without labels.
     *
     * @throws RuntimeException if the query fails
     */
    List<QueryValue.Sample> at(String query, long timeMillis);
  }

  /**
   * What a template can speak of.
   *
   * @param labels of the element, with its metric name
   * @param value of the element; without meaning if there is a histogram
   * @param externalLabels of the configuration
   * @param externalUrl of this server, without a slash at its end
   * @param tick the evaluation, milliseconds
   */
  record Data(
      Labels labels,
      double value,
      @Nullable FloatHistogram histogram,
      Labels externalLabels,
      String externalUrl,
      long tick,
      Query query) {}

  /** A template that failed on its data; the message is Go's. */
  final class ExpansionException extends Exception {
    private static final long serialVersionUID = 1;

    public ExpansionException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
