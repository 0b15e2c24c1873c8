package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.narthex.pipeline.testkit.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every key that the inventory of Prometheus' settings names is known here. */
class KnownKeysTest {
  private static final Pattern KIND = Pattern.compile("^- `([a-z0-9]+)`: ([a-z0-9_, ]+)$");
  private static final Pattern SECTION = Pattern.compile("^\\| ([^|]+) \\| \\d+ \\| (.*) \\|$");
  private static final Pattern KEY = Pattern.compile("`([a-z0-9_]+)`");
  private static final String JOB = "scrape_configs: [{job_name: a, %s: }]";
  private static final String CLIENT = "scrape_configs: [{job_name: a, %s: {KEY: }}]";

  /** How to write a key of each section of the inventory. */
  private static final Map<String, String> SECTIONS =
      Map.ofEntries(
          Map.entry("(top level)", "KEY: "),
          Map.entry("`global`", "global: {KEY: }"),
          Map.entry("`runtime`", "runtime: {KEY: }"),
          Map.entry("`scrape_configs[]`", JOB.formatted("KEY")),
          Map.entry("`storage`", "storage: {KEY: }"),
          Map.entry("`storage.tsdb`", "storage: {tsdb: {KEY: }}"),
          Map.entry("`storage.tsdb.retention`", "storage: {tsdb: {retention: {KEY: }}}"),
          Map.entry("`storage.tsdb.chunk_encoding`", "storage: {tsdb: {chunk_encoding: {KEY: }}}"),
          Map.entry("`storage.exemplars`", "storage: {exemplars: {KEY: }}"),
          Map.entry("`tracing`", "tracing: {KEY: }"),
          Map.entry("`alerting`", "alerting: {KEY: }"),
          Map.entry("`alerting.alertmanagers[]`", "alerting: {alertmanagers: [{KEY: }]}"),
          Map.entry("`remote_write[]`", "remote_write: [{KEY: }]"),
          Map.entry("`remote_write[].queue_config`", "remote_write: [{queue_config: {KEY: }}]"),
          Map.entry(
              "`remote_write[].metadata_config`", "remote_write: [{metadata_config: {KEY: }}]"),
          Map.entry("`remote_read[]`", "remote_read: [{KEY: }]"),
          Map.entry("`otlp`", "otlp: {KEY: }"),
          Map.entry("http_config: HTTPClientConfig", JOB.formatted("KEY")),
          Map.entry("http_config: BasicAuth", CLIENT.formatted("basic_auth")),
          Map.entry("http_config: Authorization", CLIENT.formatted("authorization")),
          Map.entry("http_config: OAuth2", CLIENT.formatted("oauth2")),
          Map.entry("http_config: TLSConfig", CLIENT.formatted("tls_config")),
          Map.entry("http_config: ProxyConfig", JOB.formatted("KEY")));

  @TestFactory
  Stream<DynamicTest> load_keyOfASection_isKnown() throws IOException {
    var tests = new ArrayList<DynamicTest>();
    for (String line : inventory()) {
      var section = SECTION.matcher(line);
      String pattern = section.matches() ? SECTIONS.get(section.group(1)) : null;
      if (pattern != null) {
        var key = KEY.matcher(section.group(2));
        while (key.find()) {
          String text = pattern.replace("KEY", key.group(1));
          tests.add(dynamicTest(text, () -> assertKnown(text)));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(150);
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> load_keyOfADiscovery_isKnown() throws IOException {
    var tests = new ArrayList<DynamicTest>();
    for (String line : inventory()) {
      var kind = KIND.matcher(line);
      if (kind.matches()) {
        for (String key : kind.group(2).split(", ")) {
          String text = JOB.replace("%s: ", kind.group(1) + "_sd_configs: [{" + key + ": }]");
          tests.add(dynamicTest(text, () -> assertKnown(text)));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(200);
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> load_keyThatADiscoveryDoesNotHave_isUnknown() throws IOException {
    return inventory().stream()
        .map(KIND::matcher)
        .filter(kind -> kind.matches())
        .map(
            kind -> {
              String text = JOB.replace("%s: ", kind.group(1) + "_sd_configs: [{hots: x}]");
              return dynamicTest(
                  text,
                  () ->
                      assertThat(faults(text))
                          .anyMatch(fault -> fault.message().startsWith("unknown key hots")));
            });
  }

  private static void assertKnown(String text) {
    assertThat(faults(text)).noneMatch(fault -> fault.message().startsWith("unknown key"));
  }

  private static List<ConfigurationFault> faults(String text) {
    try {
      ConfigurationLoader.load(text, Path.of("/nowhere"));
      return List.of();
    } catch (ConfigurationException e) {
      return e.faults();
    }
  }

  private static List<String> inventory() throws IOException {
    return Files.readAllLines(Reference.path("features.md"));
  }
}
