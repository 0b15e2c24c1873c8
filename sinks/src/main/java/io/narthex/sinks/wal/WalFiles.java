package io.narthex.sinks.wal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names of the log's files: {@code SCOPE-PART.wal}, both with eight digits. */
final class WalFiles {
  private static final Pattern NAME = Pattern.compile("(\\d{8,18})-(\\d{8})\\.wal");

  /** What stays when the log is cut: {@link Notes}. */
  static final String NOTES = "notes";

  private static final Logger LOGGER = LoggerFactory.getLogger(WalFiles.class);

  private WalFiles() {}

  /** Names in the log what is no file of the log; it is left alone. */
  static void warnOfOthers(Path directory) throws IOException {
    try (var files = Files.newDirectoryStream(directory)) {
      for (var file : files) {
        var name = file.getFileName().toString();
        boolean known = name.startsWith(NOTES) || name.startsWith(WalManifest.NAME);
        if (!known && !NAME.matcher(name).matches()) {
          LOGGER.warn("{} is no file of the write-ahead log and is ignored", file);
        }
      }
    }
  }

  /** A file of the log. */
  record Entry(long scope, int part, Path path) {}

  static Path path(Path directory, long scope, int part) {
    return directory.resolve(String.format("%08d-%08d.wal", scope, part));
  }

  /** The scope in a file's name. */
  static long scope(String name) {
    return Long.parseLong(name.substring(0, name.indexOf('-')));
  }

  /** Creates the directory of a log if it is missing; when this returns the disk knows. */
  static void createDirectory(Path directory) throws IOException {
    Files.createDirectories(directory);
    sync(directory.toAbsolutePath().getParent());
  }

  /** Waits until the disk has the names in a directory; null is that above the root. */
  static void sync(@Nullable Path directory) throws IOException {
    if (directory == null) {
      return;
    }
    try (var channel = FileChannel.open(directory)) {
      channel.force(true);
    }
  }

  /** The files of a log, oldest first. */
  static List<Entry> list(Path directory) throws IOException {
    var entries = new ArrayList<Entry>();
    try (var files = Files.newDirectoryStream(directory)) {
      for (var file : files) {
        var name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          entries.add(
              new Entry(Long.parseLong(name.group(1)), Integer.parseInt(name.group(2)), file));
        }
      }
    }
    entries.sort(Comparator.comparingLong(Entry::scope).thenComparingInt(Entry::part));
    return entries;
  }
}
