package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.testkit.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The description of the API against that of Prometheus, and against what is answered. */
class OpenApiTest {
  @ParameterizedTest
  @ValueSource(strings = {"3.1", "3.2"})
  void document_pathsMethodsAndParameters_areThoseOfPrometheus(String version) throws IOException {
    var file = Reference.path("openapi/openapi_" + version + "_golden.yaml");
    Map<String, Object> expected = new Yaml().load(Files.readString(file));
    Map<String, Object> actual = document(version);
    assertThat(actual.get("openapi")).isEqualTo(expected.get("openapi"));
    var paths = operations(actual);
    var golden = operations(expected);
    paths.keySet().retainAll(golden.keySet()); // Narthex has some beside them
    assertThat(paths).isEqualTo(golden);
  }

  @ParameterizedTest
  @ValueSource(strings = "3.2")
  void document_eachPath_isAnswered(String version) {
    try (var server = server()) {
      for (String path : map(document(version).get("paths")).keySet()) {
        if (!Set.of("/write", "/otlp/v1/metrics").contains(path)) { // the receivers' own
          assertThat(server.paths().stream().map(OpenApiTest::unnamed))
              .contains(unnamed("/api/v1" + path));
        }
      }
    }
  }

  private static String unnamed(String path) {
    return path.replaceAll("\\{[a-z]+}", "{}");
  }

  @Test
  void document_eachAnsweredPath_isThere() {
    try (var server = server()) {
      var described = map(document("3.2").get("paths")).keySet();
      for (String path : server.paths()) {
        if (!path.equals("/api/v1/openapi.yaml")) {
          assertThat(described)
              .as("a new path needs a line in ApiDescription")
              .contains(path.substring("/api/v1".length()));
        }
      }
    }
  }

  private static ApiServer server() {
    return new ApiServer(
        request -> {
          throw new AssertionError("no query");
        },
        ApiOptions.DEFAULT);
  }

  private static Map<String, Object> document(String version) {
    try (var server = server()) {
      var answer = server.get("/api/v1/openapi.yaml?openapi_version=" + version);
      assertThat(answer.statusCode()).isEqualTo(200);
      return new Yaml().load(answer.body());
    }
  }

  /** Method and path, to the names of the parameters; mandatory ones end with a star. */
  private static Map<String, Set<String>> operations(Map<String, Object> document) {
    var operations = new TreeMap<String, Set<String>>();
    map(document.get("paths"))
        .forEach(
            (path, methods) ->
                map(methods)
                    .forEach(
                        (method, operation) ->
                            operations.put(
                                method + " " + path, parameters(map(operation), document))));
    return operations;
  }

  private static Set<String> parameters(Map<String, Object> operation, Map<String, Object> whole) {
    var names = new TreeSet<String>();
    if (operation.get("parameters") instanceof List<?> parameters) {
      for (Object parameter : parameters) {
        var read = map(parameter);
        names.add(read.get("name") + (Boolean.TRUE.equals(read.get("required")) ? "*" : ""));
      }
    }
    if (operation.get("requestBody") != null) {
      var content = map(map(operation.get("requestBody")).get("content"));
      Object form = content.get("application/x-www-form-urlencoded");
      if (form != null) {
        var schema = resolved(map(map(form).get("schema")), whole);
        Object required = schema.get("required");
        for (String name : map(schema.get("properties")).keySet()) {
          names.add(name + (required instanceof List<?> all && all.contains(name) ? "*" : ""));
        }
      }
    }
    return names;
  }

  private static Map<String, Object> resolved(
      Map<String, Object> schema, Map<String, Object> whole) {
    Object reference = schema.get("$ref");
    if (reference == null) {
      return schema;
    }
    String name = reference.toString().substring("#/components/schemas/".length());
    return map(map(map(whole.get("components")).get("schemas")).get(name));
  }

  private static Map<String, Object> map(Object value) {
    return ((Map<?, ?>) value)
        .entrySet().stream()
            .collect(
                Collectors.toMap(
                    entry -> entry.getKey().toString(),
                    entry -> entry.getValue() == null ? "" : entry.getValue()));
  }
}
