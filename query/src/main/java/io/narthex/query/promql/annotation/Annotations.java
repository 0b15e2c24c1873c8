package io.narthex.query.promql.annotation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.query.promql.ast.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

  private record Note(String text, Span span) {}

  private final byte[] query;
  private final Set<Note> warnings = new LinkedHashSet<>();
  private final Set<Note> infos = new LinkedHashSet<>();
  private final Map<Note, ForcedMonotonicity> forced = new LinkedHashMap<>();
  private final Map<Span, Set<Span>> repeats = new LinkedHashMap<>();

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
   * and is not evaluated by itself.
   */
  public synchronized void repeat(Span part, Span other) {
    repeats.computeIfAbsent(part, key -> new LinkedHashSet<>()).add(other);
  }

  /** The query's text at a part; empty if that is not in the text, or the part is very long. */
  public String textOf(Span part) {
    int length = part.end() - part.start();
    return part.start() < 0 || part.end() > query.length || length <= 0 || length > MOST_TEXT
        ? ""
        : new String(query, part.start(), length, UTF_8);
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
      for (var repeat : repeats.entrySet()) {
        Span part = repeat.getKey();
        if (at.start() >= part.start() && at.end() <= part.end()) {
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
