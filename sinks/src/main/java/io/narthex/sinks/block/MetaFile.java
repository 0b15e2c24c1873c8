package io.narthex.sinks.block;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.narthex.pipeline.fault.FaultException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * {@code meta.json}: a line of JSON, and a second line with its CRC32C. A block whose folder has
 * this file under its own name is complete.
 */
final class MetaFile {
  static final String NAME = "meta.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private MetaFile() {}

  /** Writes the file and waits until the disk has it. */
  static void write(Path folder, BlockMeta meta) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", meta.version());
    root.put("id", meta.id());
    root.put("minTime", meta.minTime());
    root.put("maxTime", meta.maxTime());
    root.put("series", meta.series());
    root.put("samples", meta.samples());
    root.put("level", meta.level());
    root.put("order", meta.order());
    meta.sources().forEach(root.putArray("sources")::add);
    ObjectNode files = root.putObject("files");
    new TreeMap<>(meta.files())
        .forEach(
            (name, file) -> {
              ObjectNode entry = files.putObject(name);
              entry.put("size", file.size());
              entry.put("chunk", file.chunk());
              var checksums = entry.putArray("crc32c");
              file.checksums().forEach(crc -> checksums.add(hex(crc)));
            });
    byte[] line = JSON.writeValueAsBytes(root);
    String text =
        new String(line, StandardCharsets.UTF_8) + "\n{\"crc32c\":\"" + hex(crc(line)) + "\"}\n";
    try (var channel =
        FileChannel.open(
            folder.resolve(NAME), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /**
   * Reads the file.
   *
   * @throws FaultException {@code CORRUPT_BLOCK} if it is missing, damaged or of another version
   */
  static BlockMeta read(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      String[] lines = Files.readString(file).split("\n", -1);
      if (lines.length != 3) {
        throw MappedTable.corrupt(file, "has not two lines", null);
      }
      JsonNode root = JSON.readTree(lines[0]);
      int version = root.path("version").asInt();
      if (version != BlockMeta.VERSION) {
        throw MappedTable.corrupt(
            file, "is of version " + version + ", this program reads " + BlockMeta.VERSION, null);
      }
      String expected = hex(crc(lines[0].getBytes(StandardCharsets.UTF_8)));
      if (!JSON.readTree(lines[1]).path("crc32c").asText().equals(expected)) {
        throw MappedTable.corrupt(file, "is damaged", null);
      }
      return meta(root);
    } catch (IOException | IllegalArgumentException e) {
      throw MappedTable.corrupt(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  private static BlockMeta meta(JsonNode root) {
    List<String> sources = new ArrayList<>();
    root.path("sources").forEach(source -> sources.add(source.asText()));
    Map<String, FileSummary> files = new HashMap<>();
    for (var entry : root.path("files").properties()) {
      List<Integer> checksums = new ArrayList<>();
      for (JsonNode crc : entry.getValue().path("crc32c")) {
        checksums.add(Integer.parseUnsignedInt(crc.asText(), 16));
      }
      long size = entry.getValue().path("size").asLong(-1);
      int chunk = entry.getValue().path("chunk").asInt(FileSummary.UNSAID_CHUNK);
      files.put(entry.getKey(), new FileSummary(size, chunk, checksums));
    }
    return new BlockMeta(
        root.path("version").asInt(),
        root.path("id").asText(),
        root.path("minTime").asLong(),
        root.path("maxTime").asLong(),
        root.path("series").asLong(),
        root.path("samples").asLong(),
        root.path("level").asInt(),
        root.path("order").asLong(),
        sources,
        files);
  }

  private static int crc(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static String hex(int crc) {
    return String.format("%08x", crc);
  }
}
