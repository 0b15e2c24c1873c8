package io.narthex.pipeline.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Finds the files of a pattern as {@code filepath.Glob} of Go does: {@code *} and {@code ?} stand
 * for characters within one part of the path, {@code [a-z]} for one of several.
 */
public final class FileGlobs {
  private FileGlobs() {}

  /**
   * The files that match now, sorted; none if there are none.
   *
   * @param pattern absolute
   * @throws UncheckedIOException if a folder cannot be listed
   */
  public static List<Path> find(String pattern) {
    Path path = Path.of(pattern);
    if (!isMagic(pattern)) {
      return Files.exists(path) ? List.of(path) : List.of();
    }
    Path root = path.getRoot();
    List<Path> found = List.of(root == null ? Path.of("") : root);
    for (Path part : path) {
      var next = new ArrayList<Path>();
      for (Path folder : found) {
        step(folder, part.toString(), next);
      }
      found = next;
    }
    return found.stream().sorted().toList();
  }

  /** Whether a pattern can stand for more than one file. */
  public static boolean isMagic(String pattern) {
    return pattern.indexOf('*') >= 0 || pattern.indexOf('?') >= 0 || pattern.indexOf('[') >= 0;
  }

  private static void step(Path folder, String part, List<Path> found) {
    if (!isMagic(part)) {
      Path child = folder.resolve(part);
      if (Files.exists(child)) {
        found.add(child);
      }
      return;
    }
    if (!Files.isDirectory(folder)) {
      return;
    }
    Pattern wanted = pattern(part);
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      for (Path child : children) {
        if (wanted.matcher(child.getFileName().toString()).matches()) {
          found.add(child);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw new UncheckedIOException("cannot list " + folder, e.getCause());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }

  private static Pattern pattern(String glob) {
    var regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      int end = c == '[' ? glob.indexOf(']', i + 2) : -1;
      if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append('.');
      } else if (end > 0) {
        String set = glob.substring(i + 1, end).replace("\\", "\\\\").replace("[", "\\[");
        regex.append('[').append(set.replace("&&", "\\&&")).append(']');
        i = end;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    try {
      return Pattern.compile(regex.toString(), Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      return Pattern.compile(Pattern.quote(glob));
    }
  }
}
