package io.narthex.query.promql.annotation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.query.promql.ast.Span;
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

  private record Note(String text, Span span) {}

  private final byte[] query;
  private final Set<Note> warnings = new LinkedHashSet<>();
  private final Set<Note> infos = new LinkedHashSet<>();
  private final Map<Note, ForcedMonotonicity> forced = new LinkedHashMap<>();

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

  /** All warnings as the API shows them. */
  public synchronized List<String> warnings() {
    return render(WARNING, warnings);
  }

  /** All infos as the API shows them. */
  public synchronized List<String> infos() {
    List<String> all = render(INFO, infos);
    forced.forEach((note, extent) -> all.add(INFO + note.text + extent.text() + place(note.span)));
    return all;
  }

  private List<String> render(String prefix, Set<Note> notes) {
    var all = new ArrayList<String>(notes.size());
    for (Note note : notes) {
      all.add(prefix + note.text + place(note.span));
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
