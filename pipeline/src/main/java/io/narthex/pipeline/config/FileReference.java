package io.narthex.pipeline.config;

import java.io.Serializable;

/**
 * A file, or several by a pattern, that a configuration names.
 *
 * @param file the configuration file in which it is named
 * @param line counted from 1
 * @param column counted from 1
 * @param path the keys that lead there, such as {@code scrape_configs[2].tls_config.cert_file}
 * @param given as it is written
 * @param target absolute path or pattern
 */
public record FileReference(
    String file, int line, int column, String path, String given, String target)
    implements Serializable {

  /** The last key of the path, without its number in a list. */
  public String key() {
    String last = path.substring(path.lastIndexOf('.') + 1);
    int bracket = last.indexOf('[');
    return bracket < 0 ? last : last.substring(0, bracket);
  }

  /** What is wrong with it, at its place. */
  public ConfigurationFault fault(String message) {
    return new ConfigurationFault(file, line, column, path, message);
  }
}
