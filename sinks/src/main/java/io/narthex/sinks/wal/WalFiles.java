package io.narthex.sinks.wal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** Names of the log's files: {@code SCOPE-PART.wal}, both with eight digits. */
final class WalFiles {
  private static final Pattern NAME = Pattern.compile("(\\d{8,18})-(\\d{8})\\.wal");

  private WalFiles() {}

  /** A file of the log. */
  record Entry(long scope, int part, Path path) {}

  static Path path(Path directory, long scope, int part) {
    return directory.resolve(String.format("%08d-%08d.wal", scope, part));
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
