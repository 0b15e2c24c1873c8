package io.narthex.sinks.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.narthex.pipeline.storage.StoreInventory.Damage;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.wal.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code manifest} of a store: which blocks and other files it has, so that it is noticed
 * when one is lost, and what was lost, so that each start tells. Safe for use by several threads.
 *
 * <pre>{@code
 * crc32c of the JSON (eight hex digits) | blank
 *     | {version: 1, blocks: [name], files: [name], losses: [{part, place, reason, found}]}
 * }</pre>
 */
final class StoreManifest {
  static final String NAME = "manifest";

  private static final Logger LOGGER = LoggerFactory.getLogger(StoreManifest.class);
  private static final int VERSION = 1;
  private static final int CHECKSUM = 9; // eight digits and a blank
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final List<String> files;
  private final Damages damages;
  private final TreeSet<String> blocks = new TreeSet<>();
  private boolean stale;

  private StoreManifest(Path directory, List<String> files, Damages damages) {
    this.directory = directory;
    this.files = files;
    this.damages = damages;
  }

  /**
   * Compares a store with what it should consist of; to be called before anything of it is written.
   *
   * @param files paths in the store that are always there, but in a new store
   * @param opened blocks that are there
   * @param oldestLoss when something was found to be lost at the earliest, to be told still
   */
  static StoreManifest open(
      Path directory, List<String> files, List<Block> opened, Damages damages, long oldestLoss)
      throws IOException {
    var manifest = new StoreManifest(directory, files, damages);
    boolean old = files.stream().anyMatch(name -> Files.exists(directory.resolve(name)));
    if (Files.exists(directory.resolve(NAME))) {
      compare(directory, opened, damages, oldestLoss);
    } else if (old || !opened.isEmpty()) {
      var file = directory.resolve(NAME).toString();
      damages.reportLoss("manifest", file, "is missing; whether blocks are lost is unknown");
    }
    opened.forEach(block -> manifest.blocks.add(block.meta().id()));
    return manifest;
  }

  /** Tells what of a store is missing, by the manifest that it has. */
  static void compare(Path directory, List<Block> opened, Damages damages, long oldestLoss)
      throws IOException {
    var file = directory.resolve(NAME);
    JsonNode json;
    try {
      json = checked(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      damages.report("manifest", file.toString(), "is damaged; whether blocks are lost is unknown");
      return;
    }
    Set<String> replaced = new HashSet<>();
    opened.forEach(block -> replaced.addAll(block.meta().sources()));
    for (var name : json.path("blocks")) {
      var folder = directory.resolve("blocks").resolve(name.asText());
      if (!Files.isDirectory(folder) && !replaced.contains(name.asText())) {
        damages.reportLoss(
            "block", folder.toString(), "the block is missing; what it held is lost");
      }
    }
    for (var name : json.path("files")) {
      var path = directory.resolve(name.asText());
      if (Files.notExists(path)) {
        damages.reportLoss("manifest", path.toString(), "the file is missing; a new one is made");
      }
    }
    for (var loss : losses(directory, json)) {
      if (loss.part().equals("block") && Files.isDirectory(Path.of(loss.place()))) {
        LOGGER.info("{} is back", loss.place());
      } else if (loss.found() >= oldestLoss) {
        damages.reportLoss(loss);
      }
    }
  }

  private static List<Damage> losses(Path directory, JsonNode json) {
    var losses = new ArrayList<Damage>();
    for (var loss : json.path("losses")) {
      losses.add(
          new Damage(
              loss.path("part").asText(),
              directory.resolve(loss.path("place").asText()).toString(),
              loss.path("reason").asText(),
              loss.path("found").asLong()));
    }
    return losses;
  }

  /**
   * Has what was lost not told any more; to be called when no process has the store open.
   *
   * @return what that was
   */
  static List<Damage> acceptLosses(Path directory) throws IOException {
    var file = directory.resolve(NAME);
    if (Files.notExists(file)) {
      return List.of();
    }
    try {
      var json = (ObjectNode) checked(Files.readString(file));
      var accepted = losses(directory, json);
      json.remove("losses");
      write(file, json);
      return accepted;
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IOException(file + " is damaged; the next start of the server writes it anew", e);
    }
  }

  private static JsonNode checked(String text) throws JsonProcessingException {
    var line = text.strip();
    if (line.length() <= CHECKSUM
        || !line.substring(0, CHECKSUM).equals(checksum(line.substring(CHECKSUM)))) {
      throw new IllegalArgumentException("checksum");
    }
    var json = JSON.readTree(line.substring(CHECKSUM));
    if (json.path("version").asInt() != VERSION) {
      throw new IllegalArgumentException("version");
    }
    return json;
  }

  /** Writes what is there now. */
  synchronized void write() throws IOException {
    write(directory, files, blocks, damages.losses());
    stale = false;
  }

  /**
   * Blocks are there now that were not before, and others are about to go. Where this cannot be
   * written, such as on a full disk, it is later: at worst a crash in between has a block that was
   * removed told as missing.
   */
  synchronized void change(Collection<String> in, Collection<String> out) {
    blocks.addAll(in);
    blocks.removeAll(out);
    stale = true;
    writeIfStale();
  }

  /** Makes up for what could not be written before. */
  synchronized void writeIfStale() {
    if (!stale) {
      return;
    }
    try {
      write();
    } catch (IOException e) {
      LOGGER.warn("{} cannot be written; trying again later", directory.resolve(NAME), e);
    }
  }

  /** Writes a manifest into the folder of a copy that has the deletions and these blocks. */
  void writeCopy(Path copy, Collection<Block> copied) throws IOException {
    var names = new TreeSet<String>();
    copied.forEach(block -> names.add(block.meta().id()));
    write(copy, List.of(DeletionJournal.NAME), names, List.of());
  }

  private void write(Path into, List<String> files, Set<String> names, List<Damage> losses)
      throws IOException {
    var json = JSON.createObjectNode().put("version", VERSION);
    var ofBlocks = json.putArray("blocks");
    names.forEach(ofBlocks::add);
    var ofFiles = json.putArray("files");
    files.forEach(ofFiles::add);
    var ofLosses = json.putArray("losses");
    for (var loss : losses) {
      ofLosses
          .addObject()
          .put("part", loss.part())
          .put("place", relative(loss.place()))
          .put("reason", loss.reason())
          .put("found", loss.found());
    }
    write(into.resolve(NAME), json);
  }

  /** So that the folder of the store may be moved. */
  private String relative(String place) {
    var path = Path.of(place);
    return path.startsWith(directory) ? directory.relativize(path).toString() : place;
  }

  private static void write(Path file, JsonNode json) throws IOException {
    String line = json.toString();
    DurableFile.replace(file, (checksum(line) + line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static String checksum(String text) {
    var crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x ", crc.getValue());
  }
}
