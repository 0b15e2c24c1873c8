package io.narthex.query.http;

import java.util.List;
import java.util.Locale;

/**
 * How well names fit what somebody looks for, from 0 to 1; a name that begins with a term fits it
 * fully. Immutable.
 *
 * @param terms of which the best counts; none accept every name
 * @param threshold least score
 */
record NameSearch(
    List<String> terms, Algorithm algorithm, double threshold, boolean caseSensitive) {
  private static final double WITHIN = 0.9;
  private static final double WINKLER_SCALE = 0.1;
  private static final int WINKLER_PREFIX = 4;

  NameSearch {
    terms = caseSensitive ? List.copyOf(terms) : terms.stream().map(NameSearch::lower).toList();
  }

  /** How a name may differ from a term. */
  enum Algorithm {
    /** It has all characters of the term in their order. */
    SUBSEQUENCE,
    /** It is similar by Jaro and Winkler's measure, or contains the term. */
    JARO_WINKLER
  }

  /** The score of a name; negative if it is not accepted. */
  double score(String name) {
    if (terms.isEmpty()) {
      return 1;
    }
    String compared = caseSensitive ? name : lower(name);
    double best = -1;
    for (String term : terms) {
      best = Math.max(best, score(term, compared));
    }
    return best;
  }

  private double score(String term, String name) {
    if (name.startsWith(term)) {
      return 1;
    }
    if (algorithm == Algorithm.SUBSEQUENCE) {
      double score = subsequence(term, name);
      return score > 0 && score >= threshold ? score : -1;
    }
    if (name.contains(term)) {
      return WITHIN;
    }
    double score = jaroWinkler(term, name);
    return score >= threshold ? score : -1;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /**
   * Rewards long runs: the squares of their lengths against that of the term, less a part for the
   * characters between them. Each start of the first run is tried; the best counts. 0 if the term
   * is no subsequence.
   */
  static double subsequence(String term, String name) {
    double best = 0;
    for (int from = name.indexOf(term.charAt(0)); from >= 0; ) {
      double score = runs(term, name, from);
      if (score == 0) {
        break; // what does not fit from here does not fit from further right
      }
      best = Math.max(best, score);
      from = name.indexOf(term.charAt(0), from + 1);
    }
    return best;
  }

  private static double runs(String term, String name, int from) {
    int at = from;
    int run = 0;
    long squares = 0;
    int between = 0;
    for (int i = 0; i < term.length(); i++) {
      int found = name.indexOf(term.charAt(i), at);
      if (found < 0) {
        return 0;
      }
      if (found == at) {
        run++;
      } else {
        squares += (long) run * run;
        between += found - at;
        run = 1;
      }
      at = found + 1;
    }
    squares += (long) run * run;
    double length = term.length();
    return squares / (length * length) * WITHIN / (1 + between / (double) name.length());
  }

  static double jaroWinkler(String a, String b) {
    double jaro = jaro(a, b);
    int prefix = 0;
    int most = Math.min(WINKLER_PREFIX, Math.min(a.length(), b.length()));
    while (prefix < most && a.charAt(prefix) == b.charAt(prefix)) {
      prefix++;
    }
    return jaro + prefix * WINKLER_SCALE * (1 - jaro);
  }

  private static double jaro(String a, String b) {
    int window = Math.max(0, Math.max(a.length(), b.length()) / 2 - 1);
    var usedA = new boolean[a.length()];
    var usedB = new boolean[b.length()];
    int matches = 0;
    for (int i = 0; i < a.length(); i++) {
      int to = Math.min(b.length(), i + window + 1);
      for (int j = Math.max(0, i - window); j < to; j++) {
        if (!usedB[j] && a.charAt(i) == b.charAt(j)) {
          usedA[i] = true;
          usedB[j] = true;
          matches++;
          break;
        }
      }
    }
    if (matches == 0) {
      return 0;
    }
    int transposed = 0;
    int j = 0;
    for (int i = 0; i < a.length(); i++) {
      if (usedA[i]) {
        while (!usedB[j]) {
          j++;
        }
        transposed += a.charAt(i) == b.charAt(j++) ? 0 : 1;
      }
    }
    double m = matches;
    return (m / a.length() + m / b.length() + (m - transposed / 2.0) / m) / 3;
  }
}
