package io.narthex.pipeline.config;

import java.util.Collection;

/** Finds what a misspelt word may have meant. */
final class Suggestion {
  private static final int MIN_PREFIX = 3;

  private Suggestion() {}

  /**
   * Ends a message: which of the known words is the nearest by edits (insert, delete, replace, swap
   * neighbours), else which begins with the word, or nothing if none does.
   */
  static String of(String word, Collection<String> known) {
    String nearest = "";
    int least = Math.max(1, word.length() / 3) + 1;
    for (String candidate : known) {
      int distance = distance(word, candidate, least);
      if (distance < least) {
        least = distance;
        nearest = candidate;
      }
    }
    if (nearest.isEmpty() && word.length() >= MIN_PREFIX) {
      nearest = known.stream().filter(k -> k.startsWith(word)).findFirst().orElse("");
    }
    return nearest.isEmpty() ? "" : ", did you mean " + nearest + "?";
  }

  /** Edits between two words, or the bound if there are not fewer. */
  private static int distance(String a, String b, int bound) {
    if (Math.abs(a.length() - b.length()) >= bound) {
      return bound;
    }
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      int least = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(last[j - 1] + changed, 1 + Math.min(last[j], row[j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
        least = Math.min(least, row[j]);
      }
      if (least >= bound) {
        return bound;
      }
      int[] free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
    }
    return Math.min(bound, last[b.length()]);
  }
}
