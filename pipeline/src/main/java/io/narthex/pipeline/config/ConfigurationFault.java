package io.narthex.pipeline.config;

import java.io.Serializable;
import java.util.Comparator;

/**
 * One thing that is wrong with a configuration or target file.
 *
 * @param file the file as the caller named it
 * @param line counted from 1; 0 if the file as a whole is meant
 * @param column counted from 1; 0 if the file as a whole is meant
 * @param path the keys that lead there, such as {@code scrape_configs[2].scrape_interval}; may be
 *     empty
 * @param message what is wrong and what would be right
 */
public record ConfigurationFault(String file, int line, int column, String path, String message)
    implements Serializable {

  /** Top to bottom within each file. */
  static final Comparator<ConfigurationFault> BY_PLACE =
      Comparator.comparing(ConfigurationFault::file)
          .thenComparingInt(ConfigurationFault::line)
          .thenComparingInt(ConfigurationFault::column);

  /** As compilers do: {@code file:line:column: path: message}. */
  @Override
  public String toString() {
    var text = new StringBuilder(file);
    if (line > 0) {
      text.append(':').append(line).append(':').append(column);
    }
    text.append(": ");
    if (!path.isEmpty()) {
      text.append(path).append(": ");
    }
    return text.append(message).toString();
  }
}
