package io.narthex.sinks.store;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Selector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a store that is killed again and again must hold, by the record of what was asked of it and
 * what was acknowledged. A line of the record is written before a work begins (small letter) and
 * after it was acknowledged (capital letter); what was begun only may have happened or not, until
 * it was looked at.
 */
final class KilledStoreModel {
  static final long STEP = 60_000;
  static final long START = 1_700_000_000_000L / (7_200_000) * 7_200_000;
  static final int METRICS = 4;
  static final int SERIES = 24;
  private static final List<Matcher> ALL =
      List.of(Matcher.of("__name__", Matcher.Type.REGEX, ".+"));

  /** Whether a sample is there. */
  private enum Presence {
    ABSENT,
    PRESENT,
    /** It was being written or deleted when the process ended. */
    UNKNOWN
  }

  private final List<Map<Integer, Presence>> series = new ArrayList<>();
  int round;
  long acknowledged;

  KilledStoreModel() {
    for (int s = 0; s < SERIES; s++) {
      series.add(new HashMap<>());
    }
  }

  /**
   * The model after everything that a record says. A line is written at once, so none is cut off.
   */
  static KilledStoreModel of(Path record) throws IOException {
    var model = new KilledStoreModel();
    if (Files.exists(record)) {
      Files.readString(record).lines().forEach(model::apply);
    }
    return model;
  }

  /** Takes a line of the record in. */
  void apply(String line) {
    var words = line.split(" ");
    int first = Integer.parseInt(words[1]);
    switch (words[0]) {
      case "a", "A", "l", "L" -> appended(words[0], first);
      case "d", "D", "u", "U" -> {
        int from = Integer.parseInt(words[2]);
        int to = Integer.parseInt(words[3]);
        if (words[0].equals("u") || words[0].equals("U")) {
          undone(words[0].equals("U"), first, from, to);
        } else {
          deleted(words[0].equals("D"), first, from, to);
        }
      }
      case "r" ->
          series
              .get(first)
              .put(
                  Integer.parseInt(words[2]),
                  words[3].equals("1") ? Presence.PRESENT : Presence.ABSENT);
      default -> throw new IllegalArgumentException(line);
    }
  }

  private void appended(String what, int at) {
    boolean late = what.equalsIgnoreCase("l");
    round = late ? round : Math.max(round, at + 1);
    for (int s = 0; s < SERIES; s++) {
      if (isLate(s, at) == late) {
        if (Character.isUpperCase(what.charAt(0))) {
          acknowledged++;
          series.get(s).put(at, Presence.PRESENT);
        } else if (presence(s, at) == Presence.ABSENT) {
          series.get(s).put(at, Presence.UNKNOWN);
        }
      }
    }
  }

  private void deleted(boolean done, int metric, int from, int to) {
    for (int s = metric; s < SERIES; s += METRICS) {
      for (int at = from; at <= to; at++) {
        if (presence(s, at) != Presence.ABSENT) {
          series.get(s).put(at, done ? Presence.ABSENT : Presence.UNKNOWN);
        }
      }
    }
  }

  /** Only what was there before a deletion comes back; the record does not say what that was. */
  private void undone(boolean done, int metric, int from, int to) {
    for (int s = metric; s < SERIES; s += METRICS) {
      for (int at = from; at <= to; at++) {
        if (!done && presence(s, at) == Presence.ABSENT && wasSent(s, at)) {
          series.get(s).put(at, Presence.UNKNOWN);
        }
      }
    }
  }

  private boolean wasSent(int s, int at) {
    return series.get(s).containsKey(at);
  }

  /** Lines that say of all samples of a metric that are there that they are. */
  Set<String> present(int metric, int from, int to) {
    var lines = new TreeSet<String>();
    for (int s = metric; s < SERIES; s += METRICS) {
      for (int at = from; at <= to; at++) {
        if (presence(s, at) == Presence.PRESENT) {
          lines.add("r " + s + " " + at + " 1");
        }
      }
    }
    return lines;
  }

  private Presence presence(int s, int at) {
    return series.get(s).getOrDefault(at, Presence.ABSENT);
  }

  /** Whether a series' sample of a round is sent apart, later than others. */
  static boolean isLate(int s, int round) {
    return (s * 31 + round * 17) % 11 == 0;
  }

  static Labels labels(int s) {
    return Labels.of("__name__", "k" + s % METRICS, "s", "" + s);
  }

  static double value(int s, int round) {
    return s % 3 == 0 ? Math.sin(round * 0.1 + s) : (double) round * (s + 1);
  }

  static long time(int round) {
    return START + round * STEP;
  }

  /**
   * Compares a store with the model.
   *
   * @return lines of the record that say what became of what was unknown
   */
  List<String> check(BlockStore store, String where) {
    var found = read(store, where);
    var resolved = new ArrayList<String>();
    for (int s = 0; s < SERIES; s++) {
      var rows = found.getOrDefault(labels(s), Map.of());
      for (var entry : series.get(s).entrySet()) {
        boolean there = rows.containsKey(entry.getKey());
        if (entry.getValue() == Presence.UNKNOWN) {
          resolved.add("r " + s + " " + entry.getKey() + (there ? " 1" : " 0"));
        } else if (there != (entry.getValue() == Presence.PRESENT)) {
          throw new AssertionError(
              where
                  + ": series "
                  + s
                  + " round "
                  + entry.getKey()
                  + (there ? " is there, deleted" : " is lost"));
        }
      }
      for (var at : rows.keySet()) {
        if (!series.get(s).containsKey(at)) {
          throw new AssertionError(where + ": series " + s + " round " + at + " was never sent");
        }
      }
    }
    return resolved;
  }

  private static Map<Labels, Map<Integer, Double>> read(BlockStore store, String where) {
    var found = new HashMap<Labels, Map<Integer, Double>>();
    try (var selection = store.select(new Selector(ALL, Long.MIN_VALUE, Long.MAX_VALUE, true))) {
      for (int i = 0; i < selection.size(); i++) {
        var labels = selection.labels(i);
        int s = Integer.parseInt(labels.get("s"));
        var rows = new SampleBuffer();
        selection.read(i, Long.MIN_VALUE, Long.MAX_VALUE, rows);
        var byRound = new TreeMap<Integer, Double>();
        for (int row = 0; row < rows.size(); row++) {
          int at = (int) ((rows.timestamps()[row] - START) / STEP);
          boolean right =
              rows.timestamps()[row] == time(at)
                  && rows.values()[row] == value(s, at)
                  && byRound.put(at, rows.values()[row]) == null;
          if (!right) {
            throw new AssertionError(
                where
                    + ": series "
                    + s
                    + " has "
                    + rows.values()[row]
                    + " at "
                    + rows.timestamps()[row]
                    + ", a wrong or second value");
          }
        }
        if (found.put(labels, byRound) != null) {
          throw new AssertionError(where + ": series " + s + " is there twice");
        }
      }
    }
    return found;
  }
}
