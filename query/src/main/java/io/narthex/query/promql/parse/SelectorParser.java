package io.narthex.query.promql.parse;

import com.google.re2j.PatternSyntaxException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.ReadingBudget;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.ast.Expr.VectorSelector;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.ast.TimeModifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads instant selectors and lists of label names. */
final class SelectorParser {
  private static final String MATCHING = "label matching";
  private static final String GROUPING = "grouping opts";

  private final TokenStream tokens;
  private final ParseProblems problems;
  private final ReadingBudget budget;

  SelectorParser(TokenStream tokens, ParseProblems problems, ReadingBudget budget) {
    this.tokens = tokens;
    this.problems = problems;
    this.budget = budget;
  }

  /** Reads a name, matchers in braces, or both. */
  VectorSelector selector() {
    int start = tokens.start;
    int end = tokens.end;
    String name = "";
    if (tokens.type.isMetricName()) {
      name = tokens.text();
      tokens.advance();
    } else if (!tokens.is(TokenType.LEFT_BRACE)) {
      throw tokens.unexpected();
    }
    return named(name, start, end);
  }

  /** Reads what follows a name that is taken already. */
  VectorSelector named(String name, int start, int nameEnd) {
    var matchers = new ArrayList<Matcher>();
    int end = nameEnd;
    if (tokens.is(TokenType.LEFT_BRACE)) {
      end = braces(matchers);
    }
    if (!name.isEmpty()) {
      matchers.add(Matcher.equal(Labels.METRIC_NAME, name));
    }
    return new VectorSelector(
        name, matchers, TimeModifier.NONE, Extension.NONE, new Span(start, end));
  }

  /** Reads label names in parentheses. */
  List<String> labelNames() {
    if (!tokens.take(TokenType.LEFT_PAREN)) {
      throw tokens.unexpected(GROUPING, "\"(\"");
    }
    var names = new ArrayList<String>();
    while (!tokens.take(TokenType.RIGHT_PAREN)) {
      names.add(labelName());
      if (!tokens.take(TokenType.COMMA) && !tokens.is(TokenType.RIGHT_PAREN)) {
        throw tokens.unexpected(GROUPING, "\",\" or \")\"");
      }
    }
    return names;
  }

  private String labelName() {
    String name;
    if (tokens.is(TokenType.STRING)) {
      name = GoText.unquote(tokens.text());
    } else if (tokens.type.isLabelName()) {
      name = tokens.text();
    } else {
      throw tokens.unexpected(GROUPING, "label");
    }
    if (name.isEmpty()) {
      problems.syntax(tokens.span(), "invalid label name for grouping: " + GoText.quote(name));
    }
    tokens.advance();
    return name;
  }

  private int braces(List<Matcher> matchers) {
    tokens.advance();
    while (true) {
      int end = tokens.end;
      if (tokens.take(TokenType.RIGHT_BRACE)) {
        return end;
      }
      Matcher matcher = matcher();
      if (matcher != null) {
        matchers.add(matcher);
      }
      if (!tokens.is(TokenType.RIGHT_BRACE) && !tokens.take(TokenType.COMMA)) {
        throw tokens.unexpected(MATCHING, "\",\" or \"}\"");
      }
    }
  }

  private @Nullable Matcher matcher() {
    boolean quoted = tokens.is(TokenType.STRING);
    if (!quoted && !tokens.is(TokenType.IDENTIFIER)) {
      throw tokens.unexpected(MATCHING, "identifier or \"}\"");
    }
    int start = tokens.start;
    String name = quoted ? GoText.unquote(tokens.text()) : tokens.text();
    tokens.advance();
    Matcher.Type type = matcherType();
    if (type == null) {
      if (quoted) {
        return Matcher.equal(Labels.METRIC_NAME, name);
      }
      throw tokens.unexpected(MATCHING, "label matching operator");
    }
    tokens.advance();
    if (!tokens.is(TokenType.STRING)) {
      throw tokens.unexpected(MATCHING, "string");
    }
    String value = GoText.unquote(tokens.text());
    Span span = new Span(start, tokens.end);
    tokens.advance();
    return matcher(name, type, value, span);
  }

  private @Nullable Matcher matcher(String name, Matcher.Type type, String value, Span span) {
    try {
      return Matcher.of(name, type, value, budget);
    } catch (PatternSyntaxException e) {
      problems.syntax(span, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private Matcher.@Nullable Type matcherType() {
    return switch (tokens.type) {
      case EQL -> Matcher.Type.EQUAL;
      case NEQ -> Matcher.Type.NOT_EQUAL;
      case EQL_REGEX -> Matcher.Type.REGEX;
      case NEQ_REGEX -> Matcher.Type.NOT_REGEX;
      default -> null;
    };
  }
}
