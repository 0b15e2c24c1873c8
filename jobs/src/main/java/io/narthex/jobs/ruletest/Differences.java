package io.narthex.jobs.ruletest;

import java.util.ArrayList;
import java.util.List;

/** Mismatches as text. */
public final class Differences {
  private Differences() {}

  /** What was expected, then what was got. */
  public static String plain(Mismatch mismatch) {
    return mismatch.isDifference()
        ? mismatch.what() + list("exp", mismatch.expected()) + list("got", mismatch.got())
        : mismatch.what();
  }

  /** Line by line: {@code -} what is missing, {@code +} what is too much. */
  public static List<String> lines(Mismatch mismatch) {
    List<String> expected = mismatch.expected();
    List<String> got = mismatch.got();
    int[][] common = new int[expected.size() + 1][got.size() + 1];
    for (int i = expected.size() - 1; i >= 0; i--) {
      for (int j = got.size() - 1; j >= 0; j--) {
        common[i][j] =
            expected.get(i).equals(got.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    var lines = new ArrayList<String>();
    int i = 0;
    int j = 0;
    while (i < expected.size() || j < got.size()) {
      if (i < expected.size() && j < got.size() && expected.get(i).equals(got.get(j))) {
        lines.add("  " + expected.get(i++));
        j++;
      } else if (i < expected.size() && (j == got.size() || common[i + 1][j] >= common[i][j + 1])) {
        lines.add("- " + expected.get(i++));
      } else {
        lines.add("+ " + got.get(j++));
      }
    }
    return lines;
  }

  private static String list(String title, List<String> lines) {
    String indent = "\n    " + title + ": ";
    return lines.isEmpty() ? indent + "nothing" : indent + String.join(indent, lines);
  }
}
