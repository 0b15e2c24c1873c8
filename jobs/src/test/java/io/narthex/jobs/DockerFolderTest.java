package io.narthex.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.operators.rules.plan.ExpressionChecks;
import io.narthex.pipeline.config.ConfigurationLoader;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What can be known of the folder {@code docker} without a daemon. */
class DockerFolderTest {
  private static final Path FOLDER = Path.of("..", "docker");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path scratch;

  @ParameterizedTest
  @ValueSource(strings = {"compose.yml", "compose.minimal.yml"})
  void composeFile_everyService_isHardenedAndMountsWhatIsThere(String name) throws IOException {
    Map<String, Map<String, Object>> services = map(yaml(FOLDER.resolve(name)).get("services"));
    assertThat(services).containsKey("narthex");
    Set<Object> volumes = new HashSet<>(map(yaml(FOLDER.resolve(name)).get("volumes")).keySet());
    services.forEach(
        (service, settings) -> {
          assertThat(settings).as(service).containsEntry("read_only", true);
          assertThat(settings).as(service).containsEntry("cap_drop", List.of("ALL"));
          for (Object port : list(settings.get("ports"))) {
            assertThat(port.toString()).as("%s is closed to others", service).startsWith("127.");
          }
          for (Object mount : list(settings.get("volumes"))) {
            String source = mount.toString().split(":", 2)[0];
            if (source.startsWith(".")) {
              assertThat(FOLDER.resolve(source)).as(service).exists();
            } else if (!source.startsWith("/")) {
              assertThat(volumes).as(service).contains(source);
            }
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"compose.yml", "compose.minimal.yml"})
  void composeFile_clientOfDocker_acceptsIt(String name) throws Exception {
    var client = composeClient();
    assumeTrue(client != null, "neither 'docker compose' nor docker-compose is installed");
    var command = new ArrayList<>(client);
    command.addAll(List.of("-f", FOLDER.resolve(name).toString(), "config", "-q"));
    var ran = run(command);
    assertThat(ran.code()).as(ran.output()).isZero();
  }

  @Test
  void dockerfile_runsWithoutRootAndTellsItsHealth() throws IOException {
    var lines = Files.readAllLines(FOLDER.resolve("Dockerfile"), UTF_8);
    int last = 0;
    for (int i = 0; i < lines.size(); i++) {
      last = lines.get(i).startsWith("FROM ") ? i : last;
    }
    var image = lines.subList(last, lines.size());
    assertThat(image).anyMatch(line -> line.matches("USER 1\\d{4}:1\\d{4}"));
    assertThat(image).anyMatch(line -> line.startsWith("HEALTHCHECK "));
    for (String line : image) {
      if (line.startsWith("COPY ") && !line.contains("--from=")) {
        assertThat(FOLDER.resolve("..").resolve(line.split(" ")[1])).exists();
      }
    }
    assertThat(FOLDER.resolve("healthy")).isExecutable();
  }

  @ParameterizedTest
  @ValueSource(strings = {"prometheus.yml", "default.yml"})
  void configuration_loads(String name) {
    var configuration = ConfigurationLoader.load(FOLDER.resolve(name));
    assertThat(configuration.scrapeConfigs()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rules/narthex.yml", "rules/node.yml"})
  void ruleFile_everyExpression_isRight(String name) throws IOException {
    for (Object group : list(yaml(FOLDER.resolve(name)).get("groups"))) {
      for (Object rule : list(map(group).get("rules"))) {
        String expression = map(rule).get("expr").toString();
        assertThat(ExpressionChecks.of(expression, ParseOptions.DEFAULT)).as(expression).isEmpty();
      }
    }
  }

  @Test
  void grafana_provisioning_namesWhatComposeMounts() throws IOException {
    var sources = yaml(FOLDER.resolve("grafana/provisioning/datasources/narthex.yml"));
    var first = map(list(sources.get("datasources")).get(0));
    assertThat(first).containsEntry("type", "prometheus").containsEntry("isDefault", true);
    assertThat(first.get("url")).isEqualTo("http://narthex:9090");
    var providers = yaml(FOLDER.resolve("grafana/provisioning/dashboards/narthex.yml"));
    var options = map(map(list(providers.get("providers")).get(0)).get("options"));
    assertThat(Files.readString(FOLDER.resolve("compose.yml")))
        .contains("./grafana/dashboards:" + options.get("path") + ":ro");
  }

  @Test
  void dashboard_everyExpression_parsesAndNoPanelIsCountedTwice() throws IOException {
    var dashboard = JSON.readTree(FOLDER.resolve("grafana/dashboards/narthex.json").toFile());
    var expressions = new TreeSet<String>();
    dashboard.findValuesAsText("expr").forEach(expressions::add);
    assertThat(expressions).hasSizeGreaterThan(30);
    for (String expression : expressions) {
      String concrete =
          expression
              .replace("$__rate_interval", "1m")
              .replace("$job", "narthex")
              .replace("$instance", ".*");
      assertThat(concrete).doesNotContain("$");
      assertThat(PromqlParser.problems(concrete, ParseOptions.DEFAULT)).as(expression).isEmpty();
    }
    var ids = new HashSet<Integer>();
    for (JsonNode panel : dashboard.get("panels")) {
      assertThat(ids.add(panel.get("id").asInt())).isTrue();
      var place = panel.get("gridPos");
      assertThat(place.get("x").asInt() + place.get("w").asInt()).isLessThanOrEqualTo(24);
    }
  }

  private List<String> composeClient() throws Exception {
    for (var client : List.of(List.of("docker", "compose"), List.of("docker-compose"))) {
      var command = new ArrayList<>(client);
      command.add("version");
      if (isOnPath(client.get(0)) && run(command).code() == 0) {
        return client;
      }
    }
    return null;
  }

  private static boolean isOnPath(String program) {
    for (String folder :
        System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  private record Ran(int code, String output) {}

  private Ran run(List<String> command) throws Exception {
    var output = scratch.resolve("output");
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int code = process.waitFor();
    return new Ran(code, Files.readString(output));
  }

  private static Map<String, Object> yaml(Path file) throws IOException {
    return new Yaml().load(Files.readString(file));
  }

  @SuppressWarnings("unchecked") // YAML's own maps
  private static <V> Map<String, V> map(Object value) {
    return (Map<String, V>) value;
  }

  private static List<?> list(Object value) {
    return value == null ? List.of() : (List<?>) value;
  }
}
