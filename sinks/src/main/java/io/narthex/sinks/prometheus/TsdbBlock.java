package io.narthex.sinks.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.pipeline.storage.SampleBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A block of Prometheus: {@code meta.json}, {@code index}, {@code chunks/} and {@code tombstones}.
 *
 * @param folder of the block
 * @param minTime of its samples, in milliseconds
 * @param maxTime after the last of its samples
 * @param outOfOrder whether it was made of samples that came out of order only
 * @param parents names of the blocks it replaces
 */
record TsdbBlock(Path folder, long minTime, long maxTime, boolean outOfOrder, Set<String> parents) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CHUNKS_MAGIC = 0x85BD40DD;
  private static final int TOMBSTONES_MAGIC = 0x0130BA30;
  private static final int TOMBSTONES_HEADER = 5;

  /**
   * The blocks of a data directory, the oldest samples first; without those that others replace.
   *
   * @param faults gets what is wrong with blocks that cannot be read
   */
  static List<TsdbBlock> list(Path directory, List<String> faults) throws IOException {
    var blocks = new ArrayList<TsdbBlock>();
    try (Stream<Path> children = Files.list(directory)) {
      for (var child : children.sorted().toList()) {
        if (Files.isRegularFile(child.resolve("meta.json")) && !isUnfinished(child)) {
          try {
            blocks.add(read(child));
          } catch (IOException e) {
            faults.add(child.resolve("meta.json") + ": " + e.getMessage());
          }
        }
      }
    }
    var replaced = new HashSet<String>();
    blocks.forEach(block -> replaced.addAll(block.parents));
    blocks.removeIf(block -> replaced.contains(block.name()));
    blocks.sort(Comparator.comparingLong(TsdbBlock::minTime).thenComparing(TsdbBlock::name));
    return blocks;
  }

  private static boolean isUnfinished(Path folder) {
    var name = folder.getFileName().toString();
    return name.endsWith(".tmp-for-creation")
        || name.endsWith(".tmp-for-deletion")
        || name.endsWith(".tmp");
  }

  private static TsdbBlock read(Path folder) throws IOException {
    var meta = JSON.readTree(folder.resolve("meta.json").toFile());
    if (meta.path("version").asInt() != 1) {
      throw new TsdbFormatException("version " + meta.path("version") + "; 1 can be imported");
    }
    boolean outOfOrder = false;
    for (JsonNode hint : meta.path("compaction").path("hints")) {
      outOfOrder |= hint.asText().equals("from-out-of-order");
    }
    var parents = new HashSet<String>();
    for (JsonNode parent : meta.path("compaction").path("parents")) {
      parents.add(parent.path("ulid").asText());
    }
    return new TsdbBlock(
        folder, meta.path("minTime").asLong(), meta.path("maxTime").asLong(), outOfOrder, parents);
  }

  String name() {
    return folder.getFileName().toString();
  }

  /** Hands all samples that are not deleted to an import. */
  void read(Import into) throws IOException {
    var deleted = tombstones();
    var chunks = chunkFiles();
    var index = TsdbIndex.open(folder.resolve("index"));
    var samples = new SampleBuffer();
    while (index.next()) {
      samples.clear();
      for (int i = 0; i < index.chunkCount(); i++) {
        try {
          readChunk(chunks, index.chunk(i), samples, into);
        } catch (TsdbFormatException e) {
          into.fault(String.valueOf(e.getMessage()));
        }
      }
      into.series(index.labels(), samples, index.reference(), deleted);
      into.progress(index.progress());
    }
  }

  private static void readChunk(
      List<MappedFile> files, long chunk, SampleBuffer samples, Import into) throws IOException {
    int number = (int) (chunk >>> 32);
    if (number < 0 || number >= files.size()) {
      throw new TsdbFormatException(
          "the index names chunk file " + (number + 1) + "; there are " + files.size());
    }
    var file = files.get(number);
    int offset = (int) chunk;
    int before = samples.size();
    try {
      var head = file.bytes().duplicate().position(offset);
      long length = Varints.unsigned(head);
      var data = file.checked(head.position(), length + 1);
      int encoding = data.get();
      if (!ChunkDecoder.knows(encoding)) {
        into.skip("samples in chunks of encoding " + encoding, data.getShort() & 0xFFFF);
        return;
      }
      ChunkDecoder.decode(encoding, data, samples);
    } catch (RuntimeException e) { // reading past the end, or a number that cannot be
      samples.truncate(before);
      throw new TsdbFormatException(
          file.path() + ": the chunk at offset " + offset + " is malformed: " + e);
    }
  }

  private List<MappedFile> chunkFiles() throws IOException {
    var files = new ArrayList<MappedFile>();
    try (Stream<Path> found = Files.list(folder.resolve("chunks"))) {
      for (var path : found.sorted().toList()) {
        files.add(MappedFile.open(path, CHUNKS_MAGIC));
      }
    }
    return files;
  }

  private Intervals tombstones() throws IOException {
    var path = folder.resolve("tombstones");
    if (!Files.exists(path)) {
      return new Intervals();
    }
    var file = MappedFile.open(path, TOMBSTONES_MAGIC);
    ByteBuffer in =
        file.checked(TOMBSTONES_HEADER, (long) file.size() - TOMBSTONES_HEADER - Integer.BYTES);
    return Intervals.read(in);
  }
}
