package io.narthex.pipeline.config;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.Tag;

/** Reads the top level of a configuration file and the files that it includes. */
final class ConfigurationReader {
  /** Only the last part of a path may hold an asterisk, and only one. */
  private static final Pattern PATH_PATTERN = Pattern.compile("[^*]*(\\*[^/]*)?");

  private final ReadContext context;
  private final UnaryOperator<String> environment;
  private final Map<String, String> jobs = new HashMap<>();

  ConfigurationReader(ReadContext context, UnaryOperator<String> environment) {
    this.context = context;
    this.environment = environment;
  }

  /**
   * Reads the text of the file.
   *
   * @throws ConfigurationException if there are faults
   */
  Configuration read(String text) {
    Section root = root(text, context);
    GlobalConfig global = GlobalReader.read(root.sectionOrEmpty("global"), environment);
    runtime(root.sectionOrEmpty("runtime"));
    AlertingConfig alerting =
        AlertingReader.read(root.sectionOrEmpty("alerting"), global.utf8Names());
    List<String> ruleFiles = patterns(root, "rule_files", "rule");
    List<Value> includes = root.items("scrape_config_files");
    List<String> patterns = patterns(root, "scrape_config_files", "scrape config");
    var scrapes = new ArrayList<>(scrapes(root, global, "the main configuration file"));
    for (int i = 0; i < patterns.size(); i++) {
      scrapes.addAll(included(patterns.get(i), includes.get(i), global));
    }
    StorageConfig storage = SettingsReader.storage(root.sectionOrEmpty("storage"));
    TracingConfig tracing = SettingsReader.tracing(root.section("tracing"));
    List<RemoteWriteConfig> writes =
        root.each(
            "remote_write",
            RemoteReader.EMPTY_WRITE,
            entry -> RemoteReader.write(entry, global.utf8Names()));
    List<RemoteReadConfig> reads =
        root.each("remote_read", RemoteReader.EMPTY_READ, RemoteReader::read);
    checkNames(root, "remote_write", "remote write", writes, RemoteWriteConfig::name);
    checkNames(root, "remote_read", "remote read", reads, RemoteReadConfig::name);
    OtlpConfig otlp = SettingsReader.otlp(root.sectionOrEmpty("otlp"), global.utf8Names());
    context.reportUnknownKeys();
    context.throwIfFaulty();
    return new Configuration(
        global,
        alerting,
        ruleFiles,
        patterns,
        scrapes,
        storage,
        tracing,
        writes,
        reads,
        otlp,
        context.unsupported(),
        context.warnings(),
        context.files(),
        EffectiveYaml.print(root.shown()));
  }

  private static Section root(String text, ReadContext context) {
    Node node = YamlNodes.compose(text, context);
    context.throwIfFaulty();
    var place = new MappingNode(Tag.MAP, List.of(), FlowStyle.BLOCK);
    if (node == null || new Value(context, node, "").isNull()) {
      return Section.empty(context, place, "");
    }
    Section root = Section.open(new Value(context, node, ""));
    return root == null ? Section.empty(context, place, "") : root;
  }

  private static void runtime(Section s) {
    s.whole("gogc", 75);
    Value gogc = s.value("gogc");
    if (gogc != null) {
      s.context().warn(gogc.node(), "tunes the Go runtime, has no effect here", gogc.path());
    } else {
      s.shown().clear();
    }
  }

  /** The absolute patterns of a list; one for each item. */
  private List<String> patterns(Section root, String key, String what) {
    var patterns = new ArrayList<String>();
    for (Value item : root.items(key)) {
      String given = item.text();
      String pattern = given == null ? "" : given;
      if (!PATH_PATTERN.matcher(pattern).matches()) {
        item.fault(
            "invalid "
                + what
                + " file path \""
                + pattern
                + "\"; only the last part may hold one *");
      }
      patterns.add(context.resolve(item.node(), item.path(), pattern));
    }
    if (!patterns.isEmpty()) {
      root.show(key, patterns);
    }
    return patterns;
  }

  private List<ScrapeConfig> included(String pattern, Value item, GlobalConfig global) {
    var scrapes = new ArrayList<ScrapeConfig>();
    for (Path file : find(pattern, item)) {
      Path folder = file.getParent();
      var inner = context.included(file.toString(), folder == null ? file : folder);
      String text = ConfigurationLoader.read(file, inner);
      if (text != null) {
        Node node = YamlNodes.compose(text, inner);
        Section root = node == null ? null : Section.open(new Value(inner, node, ""));
        if (root != null) {
          scrapes.addAll(scrapes(root, global, "\"" + file + "\""));
          inner.reportUnknownKeys();
        }
      }
    }
    return scrapes;
  }

  private List<ScrapeConfig> scrapes(Section root, GlobalConfig global, String where) {
    return root.each(
        "scrape_configs",
        ScrapeReader.EMPTY,
        section -> {
          ScrapeConfig scrape = ScrapeReader.read(section, global);
          String name = scrape.jobName();
          String first = name.isEmpty() ? null : jobs.putIfAbsent(name, where);
          if (first != null) {
            section.fault(
                "job_name",
                "found multiple scrape configs with job name \""
                    + name
                    + "\", first found in "
                    + first);
          }
          return scrape;
        });
  }

  private List<Path> find(String pattern, Value item) {
    try {
      return pattern.isEmpty() ? List.of() : FileGlobs.find(pattern);
    } catch (UncheckedIOException e) {
      item.fault(Value.messageOf(e));
      return List.of();
    }
  }

  private static <T> void checkNames(
      Section root, String key, String what, List<T> entries, Function<T, String> nameOf) {
    var seen = new HashSet<String>();
    for (T entry : entries) {
      String name = nameOf.apply(entry);
      if (!name.isEmpty() && !seen.add(name)) {
        root.fault(key, "found multiple " + what + " configs with job name \"" + name + "\"");
      }
    }
    if (!entries.isEmpty()) {
      root.unsupported(key);
    }
  }
}
