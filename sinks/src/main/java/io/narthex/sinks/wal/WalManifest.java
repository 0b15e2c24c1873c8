package io.narthex.sinks.wal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code manifest} of a log: which files it has, and how long those are that are not
 * written to any more. So it is noticed when one is lost or shortened. Safe for use by several
 * threads.
 *
 * <pre>{@code
 * narthex-wal 1
 * NAME SIZE        for each file; -1 where it is still written to
 * CRC32C           of all before, eight hex digits
 * }</pre>
 */
final class WalManifest {
  static final String NAME = "manifest";

  private static final Logger LOGGER = LoggerFactory.getLogger(WalManifest.class);
  private static final String TITLE = "narthex-wal 1";
  private static final long OPEN = -1;

  private final Path file;
  private final TreeMap<String, Long> sizes = new TreeMap<>();

  private WalManifest(Path file) {
    this.file = file;
  }

  /**
   * Compares the files of a log with what they should be, and begins with those that are there.
   *
   * @param listener told what is missing
   */
  static WalManifest open(Path directory, WalListener listener) throws IOException {
    var manifest = new WalManifest(directory.resolve(NAME));
    manifest.sizes.putAll(manifest.compare(directory, listener));
    manifest.write();
    return manifest;
  }

  /** Compares only. */
  static void check(Path directory, WalListener listener) throws IOException {
    new WalManifest(directory.resolve(NAME)).compare(directory, listener);
  }

  private Map<String, Long> compare(Path directory, WalListener listener) throws IOException {
    var present = present(directory);
    var expected = read(listener, !present.isEmpty());
    for (var entry : expected.entrySet()) {
      var size = present.get(entry.getKey());
      var path = directory.resolve(entry.getKey());
      if (size == null) {
        listener.missing(path, "the file is missing; what only it held is lost");
      } else if (entry.getValue() != OPEN && !entry.getValue().equals(size)) {
        listener.missing(
            path,
            "has " + size + " bytes, " + entry.getValue() + " were written; the rest is read");
      } else if (size >= 0 && entry.getValue() == OPEN && size < WalCommitter.FILE_HEADER) {
        listener.missing(
            path, "has " + size + " bytes, less than its header; what it held is lost");
      }
    }
    return present;
  }

  private Map<String, Long> present(Path directory) throws IOException {
    var present = new TreeMap<String, Long>();
    for (var entry : WalFiles.list(directory)) {
      present.put(name(entry.path()), Files.size(entry.path()));
    }
    if (Files.exists(directory.resolve(WalFiles.NOTES))) {
      present.put(WalFiles.NOTES, OPEN);
    }
    return present;
  }

  /** What the file says; if it cannot be read, the listener is told and nothing is expected. */
  private Map<String, Long> read(WalListener listener, boolean expected) throws IOException {
    var all = new TreeMap<String, Long>();
    if (Files.notExists(file)) {
      if (expected) {
        listener.missing(file, "the file is missing; whether files of the log are lost is unknown");
      }
      return all;
    }
    var lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1);
    int count = lines.length - 2; // the checksum and what is behind the last line's end
    var before = new StringBuilder();
    for (int i = 0; i < count; i++) {
      before.append(lines[i]).append('\n');
    }
    if (count < 1 || !lines[count].equals(checksum(before)) || !lines[0].equals(TITLE)) {
      listener.missing(file, "the file is damaged; whether files of the log are lost is unknown");
      return all;
    }
    for (int i = 1; i < count; i++) {
      int blank = lines[i].indexOf(' ');
      all.put(lines[i].substring(0, blank), Long.parseLong(lines[i].substring(blank + 1)));
    }
    return all;
  }

  /**
   * A file is written to from now on.
   *
   * @param ended the file before it, if there was one
   * @param size of that
   */
  synchronized void created(Path path, @Nullable Path ended, long size) throws IOException {
    if (ended != null) {
      sizes.computeIfPresent(name(ended), (name, before) -> size);
    }
    sizes.put(name(path), OPEN);
    write();
  }

  /** Nothing more is written to a file; it may have been deleted meanwhile. */
  synchronized void ended(Path path, long size) throws IOException {
    if (sizes.computeIfPresent(name(path), (name, before) -> size) != null) {
      write();
    }
  }

  /** There are notes. */
  synchronized void noted() throws IOException {
    if (sizes.put(WalFiles.NOTES, OPEN) == null) {
      write();
    }
  }

  /**
   * Files are about to be deleted. On a full disk they are deleted although this cannot be noted:
   * after a crash they would be told as missing.
   */
  synchronized void forgetBefore(long scope) {
    boolean any =
        sizes
            .keySet()
            .removeIf(name -> !name.equals(WalFiles.NOTES) && WalFiles.scope(name) < scope);
    try {
      if (any) {
        write();
      }
    } catch (IOException e) {
      LOGGER.warn("{} cannot be written; it follows later", file, e);
    }
  }

  private void write() throws IOException {
    var text = new StringBuilder(TITLE).append('\n');
    sizes.forEach((name, size) -> text.append(name).append(' ').append(size).append('\n'));
    text.append(checksum(text)).append('\n');
    DurableFile.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static String checksum(CharSequence text) {
    var crc = new CRC32C();
    crc.update(text.toString().getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
  }
}
