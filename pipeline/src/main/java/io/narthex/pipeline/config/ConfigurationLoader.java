package io.narthex.pipeline.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads configuration files of Prometheus. All faults are found in one go, each with its place.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/configuration/">the
 *     format</a>
 */
public final class ConfigurationLoader {
  private static final long MAX_BYTES = 64L << 20;

  private ConfigurationLoader() {}

  /**
   * Reads a file; paths in it are seen from its folder.
   *
   * @throws ConfigurationException if the file cannot be read or used
   */
  public static Configuration load(Path file) {
    return load(file, ConfigurationLoader::environment);
  }

  /**
   * Reads a text.
   *
   * @param folder from where paths in it are seen
   * @throws ConfigurationException if it cannot be used; places are in {@code prometheus.yml}
   */
  public static Configuration load(String text, Path folder) {
    return load(text, "prometheus.yml", folder, ConfigurationLoader::environment);
  }

  /**
   * Reads a text.
   *
   * @param file its name, for messages
   * @param folder from where paths in it are seen
   * @param environment values of variables in external labels; empty for those that are not set
   * @throws ConfigurationException if it cannot be used
   */
  public static Configuration load(
      String text, String file, Path folder, UnaryOperator<String> environment) {
    return new ConfigurationReader(ReadContext.of(file, folder), environment).read(text);
  }

  static Configuration load(Path file, UnaryOperator<String> environment) {
    Path parent = file.toAbsolutePath().getParent();
    var context = ReadContext.of(file.toString(), parent == null ? file : parent);
    String text = read(file, context);
    if (text == null) {
      context.throwIfFaulty();
    }
    return new ConfigurationReader(context, environment).read(text == null ? "" : text);
  }

  /** The text of a file; null, with a fault in the context, if it cannot be read. */
  static @Nullable String read(Path file, ReadContext context) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        context.fault(null, "", "larger than " + ByteSize.print(MAX_BYTES));
        return null;
      }
      byte[] bytes = Files.readAllBytes(file);
      return decode(bytes, context);
    } catch (NoSuchFileException e) {
      context.fault(null, "", "no such file");
    } catch (IOException e) {
      context.fault(null, "", "cannot be read: " + e);
    }
    return null;
  }

  private static @Nullable String decode(byte[] bytes, ReadContext context) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      context.fault(null, "", "not UTF-8, see line " + lineOfFirstMistake(bytes));
      return null;
    }
  }

  private static long lineOfFirstMistake(byte[] bytes) {
    var decoded = CharBuffer.allocate(bytes.length);
    UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes), decoded, true);
    return 1 + decoded.flip().chars().filter(c -> c == '\n').count();
  }

  private static String environment(String name) {
    String value = System.getenv(name);
    return value == null ? "" : value;
  }
}
