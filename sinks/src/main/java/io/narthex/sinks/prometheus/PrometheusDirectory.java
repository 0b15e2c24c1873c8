package io.narthex.sinks.prometheus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/**
 * The data directory of a Prometheus server that is stopped: blocks, then the head's samples from
 * the logs {@code wal} and {@code wbl}. Chunks of the head need not be read, the logs hold their
 * samples.
 */
public final class PrometheusDirectory {
  private PrometheusDirectory() {}

  /**
   * Imports a directory. What is damaged is told in the import's summary, the rest is taken over.
   *
   * @throws IOException if there is no such directory, or it cannot be read
   */
  public static void read(Path directory, Import into) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IOException(directory + " is not a directory");
    }
    var faults = new ArrayList<String>();
    var blocks = TsdbBlock.list(directory, faults);
    faults.forEach(into::fault);
    var wal = directory.resolve("wal");
    if (blocks.isEmpty() && faults.isEmpty() && !Files.isDirectory(wal)) {
      throw new IOException(
          directory
              + " holds neither blocks nor a folder wal; name what --storage.tsdb.path of"
              + " Prometheus names");
    }
    long inBlocksBefore = Long.MIN_VALUE;
    for (int i = 0; i < blocks.size(); i++) {
      var block = blocks.get(i);
      if (!block.outOfOrder()) {
        inBlocksBefore = Math.max(inBlocksBefore, block.maxTime());
      }
      into.begin("block " + (i + 1) + "/" + blocks.size());
      try {
        block.read(into);
      } catch (IOException e) {
        into.fault(String.valueOf(e.getMessage()));
      } catch (RuntimeException e) {
        into.fault(block.folder() + " is malformed: " + e);
      }
      into.flush();
    }
    if (Files.isDirectory(wal)) {
      HeadLog.read(directory, inBlocksBefore, into);
    }
    into.flush();
  }
}
