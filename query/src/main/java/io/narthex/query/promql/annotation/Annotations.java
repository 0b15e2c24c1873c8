package io.narthex.query.promql.annotation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.query.promql.ast.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Collects the warnings and infos of one query, each once. Safe for use by several threads.
 *
 * <p>Texts, prefixes and places are those of Prometheus, so that clients can tell them apart.
 */
public final class Annotations {
  private static final String WARNING = "PromQL warning: ";
  private static final String INFO = "PromQL info: ";

  /** Longest text of a part that is looked for elsewhere, bytes. */
  private static final int MOST_TEXT = 1000;

  private static final Comparator<Span> BY_PLACE =
      Comparator.comparingInt(Span::start).thenComparingInt(Span::end);

  private record Note(String text, Span span) {}

  private final byte[] query;
  private final Set<Note> warnings = new LinkedHashSet<>();
  private final Set<Note> infos = new LinkedHashSet<>();
  private final Map<Note, ForcedMonotonicity> forced = new LinkedHashMap<>();
  private final NavigableMap<Span, Set<Span>> repeats = new TreeMap<>(BY_PLACE);

  /**
   * @param query the text that the spans refer to
   */
  public Annotations(String query) {
    this.query = query.getBytes(UTF_8);
  }

  /** An empty collection of notes about the same query. */
  public Annotations sibling() {
    return new Annotations(query);
  }

  private Annotations(byte[] query) {
    this.query = query;
  }

  /** Whether nothing was noted. */
  public synchronized boolean isEmpty() {
    return warnings.isEmpty() && infos.isEmpty() && forced.isEmpty();
  }

  /** Takes all notes out. */
  public synchronized Annotations drain() {
    var notes = sibling();
    notes.addAll(this);
    warnings.clear();
    infos.clear();
    forced.clear();
    return notes;
  }

  /** Adds all notes of another collection that nobody adds to any more. */
  public synchronized void addAll(Annotations others) {
    warnings.addAll(others.warnings);
    infos.addAll(others.infos);
    others.forced.forEach((note, extent) -> forced.merge(note, extent, ForcedMonotonicity::merge));
  }

  /** Adds what makes the answer doubtful; the text goes without prefix and place. */
  public synchronized void warn(String text, Span span) {
    warnings.add(new Note(text, span));
  }

  /** Adds what the author may want to know. */
  public synchronized void info(String text, Span span) {
    infos.add(new Note(text, span));
  }

  /** Adds that buckets of a classic histogram had to be made monotonic; such notes are merged. */
  public synchronized void forcedMonotonicity(String text, Span span, ForcedMonotonicity extent) {
    forced.merge(new Note(text, span), extent, ForcedMonotonicity::merge);
  }

  /**
   * What is noted about one part of the query holds for another as well, which has the same text
   * and is not evaluated by itself; both are {@link #isShort short}.
   */
  public synchronized void repeat(Span part, Span other) {
    repeats.computeIfAbsent(part, key -> new LinkedHashSet<>()).add(other);
  }

  /** Whether a part is in the text and not so long that others with the same text are unlikely. */
  public boolean isShort(Span part) {
    int length = part.end() - part.start();
    return part.start() >= 0 && part.end() <= query.length && length > 0 && length <= MOST_TEXT;
  }

  /** A hash of the query's text at a part. */
  public int hashOf(Span part) {
    int hash = 1;
    for (int i = part.start(); i < part.end(); i++) {
      hash = 31 * hash + query[i];
    }
    return hash;
  }

  /** Compares the query's texts at two parts. */
  public int compare(Span part, Span other) {
    return Arrays.compare(query, part.start(), part.end(), query, other.start(), other.end());
  }

  /** All warnings as the API shows them. */
  public synchronized List<String> warnings() {
    return render(WARNING, warnings);
  }

  /** All infos as the API shows them. */
  public synchronized List<String> infos() {
    List<String> all = render(INFO, infos);
    forced.forEach(
        (note, extent) -> {
          for (Span span : places(note.span)) {
            all.add(INFO + note.text + extent.text() + place(span));
          }
        });
    return all;
  }

  /** Where a note holds: its own place, and the same one in parts that repeat one around it. */
  private Set<Span> places(Span span) {
    Set<Span> places = new LinkedHashSet<>(Set.of(span));
    var next = new ArrayDeque<>(places);
    for (Span at = next.poll(); at != null; at = next.poll()) {
      var first = new Span(at.end() - MOST_TEXT, 0);
      var last = new Span(at.start(), Integer.MAX_VALUE);
      if (BY_PLACE.compare(first, last) > 0) {
        continue; // too long to be in such a part
      }
      for (var repeat : repeats.subMap(first, last).entrySet()) {
        Span part = repeat.getKey();
        if (at.end() <= part.end()) {
          for (Span other : repeat.getValue()) {
            int by = other.start() - part.start();
            var moved = new Span(at.start() + by, at.end() + by);
            if (places.add(moved)) {
              next.add(moved);
            }
          }
        }
      }
    }
    return places;
  }

  private List<String> render(String prefix, Set<Note> notes) {
    var all = new ArrayList<String>(notes.size());
    for (Note note : notes) {
      for (Span span : places(note.span)) {
        all.add(prefix + note.text + place(span));
      }
    }
    return all;
  }

  private String place(Span span) {
    return " (" + position(span) + ")";
  }

  /** Where a part of the query begins, {@code line:column}; both count from 1. */
  public String position(Span span) {
    int line = 1;
    int column = span.start() + 1;
    for (int i = 0; i < Math.min(span.start(), query.length); i++) {
      if (query[i] == '\n') {
        line++;
        column = span.start() - i;
      }
    }
    return line + ":" + column;
  }
}
