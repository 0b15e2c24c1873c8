package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of the web page, as {@code query/ui/build.mjs} leaves them on the class path: named by
 * {@code files.txt}, a line for each with path, content type, content hash, and whether a gzip lies
 * beside it, separated by tabs.
 */
final class PageFiles {
  /** Where the build puts them. */
  private static final String FOLDER = "/io/narthex/query/ui/";

  private static final String INDEX = "index.html";

  private PageFiles() {}

  /**
   * A file in memory.
   *
   * @param path relative to the server's root, such as {@code assets/main-ABC.js}
   * @param tag its entity tag, with quotes
   * @param gzip the same content compressed; null where that gains nothing
   */
  record PageFile(
      String path, String contentType, String tag, byte[] body, byte @Nullable [] gzip) {

    boolean isIndex() {
      return path.equals(INDEX);
    }
  }

  /** All files; empty if the page was not built. */
  static List<PageFile> load() {
    byte[] list = read("files.txt");
    if (list == null) {
      return List.of();
    }
    var files = new ArrayList<PageFile>();
    for (String line : new String(list, UTF_8).lines().toList()) {
      String[] fields = line.split("\t", -1);
      if (fields.length != 4) {
        throw new IllegalStateException("files.txt of the web page: not four fields: " + line);
      }
      byte[] gzip = fields[3].equals("gzip") ? required(fields[0] + ".gz") : null;
      String tag = '"' + fields[2] + '"';
      files.add(new PageFile(fields[0], fields[1], tag, required(fields[0]), gzip));
    }
    return List.copyOf(files);
  }

  private static byte[] required(String path) {
    byte[] bytes = read(path);
    if (bytes == null) {
      throw new IllegalStateException("a file of the web page is missing: " + path);
    }
    return bytes;
  }

  private static byte @Nullable [] read(String path) {
    try (var in = PageFiles.class.getResourceAsStream(FOLDER + path)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
