package io.narthex.sinks.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.pipeline.model.Matcher;
import io.narthex.sinks.wal.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import java.util.zip.CRC32C;

/**
 * The file {@code deletions} of a store: what was asked to be deleted, and from which blocks. It is
 * the truth, from which the {@code tombstones} of blocks follow. One deletion a line, as JSON
 * behind its checksum, so that damage costs the lines it touches; the first line says how many
 * there are.
 *
 * @param next number of the next deletion
 * @param entries in order of their numbers
 */
record DeletionJournal(long next, List<Entry> entries) {
  static final String NAME = "deletions";
  static final DeletionJournal EMPTY = new DeletionJournal(1, List.of());

  private static final int VERSION = 1;
  private static final int CHECKSUM = 9; // eight digits and a blank
  private static final ObjectMapper JSON = new ObjectMapper();

  DeletionJournal {
    entries = List.copyOf(entries);
  }

  /**
   * A deletion.
   *
   * @param created milliseconds since the epoch
   * @param matchers empty if they are not known any more
   * @param from first millisecond
   * @param to last millisecond
   * @param blocks names of the blocks that it concerns
   */
  record Entry(
      long id,
      long created,
      List<Matcher> matchers,
      long from,
      long to,
      long series,
      Set<String> blocks,
      boolean undone) {
    Entry {
      matchers = List.copyOf(matchers);
      blocks = Set.copyOf(blocks);
    }

    Entry asUndone() {
      return new Entry(id, created, matchers, from, to, series, blocks, true);
    }

    /** This entry, concerning one more block. */
    Entry with(String block) {
      var all = new TreeSet<>(blocks);
      all.add(block);
      return new Entry(id, created, matchers, from, to, series, all, undone);
    }
  }

  /** What was read, and what of the file could not be. */
  record Loaded(DeletionJournal journal, List<String> damages) {
    Loaded {
      damages = List.copyOf(damages);
    }
  }

  /** Reads the journal of a store; an empty one if it has none. */
  static Loaded read(Path directory) throws IOException {
    var file = directory.resolve(NAME);
    if (Files.notExists(file)) {
      return new Loaded(EMPTY, List.of());
    }
    var damages = new ArrayList<String>();
    var entries = new ArrayList<Entry>();
    long next = 1;
    int count = -1;
    int number = 0;
    for (var line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
      number++;
      try {
        var json = checked(line);
        if (json.has("version")) {
          requireVersion(file, json.path("version").asInt());
          next = json.path("next").asLong();
          count = json.path("count").asInt();
        } else {
          entries.add(entry(json));
        }
      } catch (JsonProcessingException | IllegalArgumentException e) {
        damages.add("line " + number + " is damaged");
      }
    }
    if (damages.isEmpty() && count != entries.size()) {
      damages.add("has " + entries.size() + " deletions, " + count + " were written");
    }
    for (var entry : entries) {
      next = Math.max(next, entry.id + 1);
    }
    return new Loaded(new DeletionJournal(next, entries), damages);
  }

  private static void requireVersion(Path file, int version) throws IOException {
    if (version != VERSION) {
      throw new IOException(file + " is of version " + version + ", this program reads " + VERSION);
    }
  }

  private static JsonNode checked(String line) throws JsonProcessingException {
    if (line.length() <= CHECKSUM) {
      throw new IllegalArgumentException("too short");
    }
    var text = line.substring(CHECKSUM);
    if (!line.substring(0, CHECKSUM).equals(checksum(text))) {
      throw new IllegalArgumentException("checksum");
    }
    return JSON.readTree(text);
  }

  private static Entry entry(JsonNode json) {
    var matchers = new ArrayList<Matcher>();
    for (var matcher : json.path("matchers")) {
      try {
        matchers.add(
            Matcher.of(
                matcher.path(0).asText(),
                Matcher.Type.valueOf(matcher.path(1).asText()),
                matcher.path(2).asText()));
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(e);
      }
    }
    var blocks = new TreeSet<String>();
    json.path("blocks").forEach(block -> blocks.add(block.asText()));
    return new Entry(
        json.path("id").asLong(),
        json.path("created").asLong(),
        matchers,
        json.path("from").asLong(),
        json.path("to").asLong(),
        json.path("series").asLong(),
        blocks,
        json.path("undone").asBoolean());
  }

  /** Replaces the journal of a store; it is durable when this returns. */
  void write(Path directory) throws IOException {
    var text = new StringBuilder();
    var header = JSON.createObjectNode();
    header.put("version", VERSION).put("next", next).put("count", entries.size());
    append(text, header);
    for (var entry : entries) {
      append(text, json(entry));
    }
    DurableFile.replace(directory.resolve(NAME), text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode json(Entry entry) {
    var json = JSON.createObjectNode();
    json.put("id", entry.id).put("created", entry.created);
    json.put("from", entry.from).put("to", entry.to);
    json.put("series", entry.series).put("undone", entry.undone);
    var matchers = json.putArray("matchers");
    for (var matcher : entry.matchers) {
      matchers.addArray().add(matcher.name()).add(matcher.type().name()).add(matcher.value());
    }
    var blocks = json.putArray("blocks");
    new TreeSet<>(entry.blocks).forEach(blocks::add);
    return json;
  }

  private static void append(StringBuilder text, JsonNode json) {
    String line = json.toString();
    text.append(checksum(line)).append(line).append('\n');
  }

  private static String checksum(String text) {
    var crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x ", crc.getValue());
  }
}
