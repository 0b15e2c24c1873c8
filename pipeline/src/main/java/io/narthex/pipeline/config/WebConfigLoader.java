package io.narthex.pipeline.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads the file of {@code --web.config.file}. All faults are found in one go, each with its place.
 * Certificates and keys are not opened here but by {@code pipeline.http.WebSecurity}.
 */
public final class WebConfigLoader {
  private WebConfigLoader() {}

  /**
   * Reads a file; paths in it are seen from its folder.
   *
   * @throws ConfigurationException if the file cannot be read or used
   */
  public static WebConfig load(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    var context = ReadContext.of(file.toString(), parent == null ? file : parent);
    String text = ConfigurationLoader.read(file, context);
    return read(text, file.toString(), context);
  }

  /**
   * Reads a text.
   *
   * @param file its name, for messages
   * @param folder from where paths in it are seen
   * @throws ConfigurationException if it cannot be used
   */
  public static WebConfig parse(String text, String file, Path folder) {
    return read(text, file, ReadContext.of(file, folder));
  }

  private static WebConfig read(@Nullable String text, String file, ReadContext context) {
    Node root = text == null ? null : YamlNodes.compose(text, context);
    Section section = root == null ? null : Section.open(new Value(context, root, ""));
    WebConfig config = section == null ? WebConfig.OPEN : new WebConfigReader(file, section).read();
    context.reportUnknownKeys();
    context.throwIfFaulty();
    return config;
  }
}
