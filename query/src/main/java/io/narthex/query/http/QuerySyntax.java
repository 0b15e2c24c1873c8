package io.narthex.query.http;

import io.narthex.pipeline.model.Matcher;
import java.util.List;
import java.util.Map;

/**
 * What the API asks about texts without evaluating them. All methods fail with {@link
 * io.narthex.pipeline.fault.FaultException} ({@code BAD_DATA}), with position, for a faulty text.
 */
public interface QuerySyntax {

  /** The conditions of a series selector such as {@code up{job="a"}}. */
  List<Matcher> selector(String text);

  /** The conditions of all selectors in a query. */
  List<List<Matcher>> selectors(String query);

  /** The query, laid out in lines. */
  String format(String query);

  /** The query's tree, as maps, lists, strings, numbers, booleans and nulls. */
  Map<String, ?> tree(String query);

  /** Functions, and whether they can be used without a feature flag. */
  Map<String, Boolean> functions();
}
