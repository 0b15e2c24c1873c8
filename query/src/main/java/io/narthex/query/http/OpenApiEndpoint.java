package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.config.YamlText;
import io.narthex.query.http.ApiDescription.Methods;
import io.narthex.query.http.ApiDescription.Operation;
import io.narthex.query.http.ApiDescription.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * {@code /api/v1/openapi.yaml}: the description of the API in the OpenAPI format, version 3.1 or,
 * with {@code openapi_version=3.2}, 3.2.
 */
final class OpenApiEndpoint {
  private final String release;

  OpenApiEndpoint(ApiServices services) {
    this.release = services.facts().build().version();
  }

  List<Route> routes() {
    return List.of(Route.alwaysGet("/api/v1/openapi.yaml", this::answer));
  }

  private Reply answer(Call call) {
    String version = call.parameters().get("openapi_version");
    if (!version.isEmpty() && !version.equals("3.1") && !version.equals("3.2")) {
      throw Parameters.invalid("openapi_version", Go.quote(version) + " must be 3.1 or 3.2");
    }
    String text = YamlText.print(document(version.equals("3.2")));
    return new Reply.Whole(200, "application/yaml; charset=utf-8", text.getBytes(UTF_8));
  }

  private Map<String, ?> document(boolean newest) {
    var paths = new LinkedHashMap<String, Object>();
    var tags = new LinkedHashSet<String>();
    for (var operation : ApiDescription.OPERATIONS) {
      // Events without end can be described since 3.2.
      if (newest || !operation.answer().equals(ApiDescription.EVENTS)) {
        paths.put(operation.path(), methods(operation));
        tags.add(operation.tag());
      }
    }
    var document = new LinkedHashMap<String, Object>();
    document.put("openapi", newest ? "3.2.0" : "3.1.0");
    var info = new LinkedHashMap<String, Object>();
    info.put("title", "Narthex HTTP API");
    info.put("description", "The HTTP API of Prometheus, as Narthex answers it.");
    info.put("version", release);
    document.put("info", info);
    document.put("servers", List.of(Map.of("url", "/api/v1")));
    document.put("tags", tags.stream().map(tag -> Map.of("name", tag)).toList());
    document.put("paths", paths);
    document.put("components", Map.of("schemas", Map.of("Error", errorSchema())));
    return document;
  }

  private static Map<String, ?> methods(Operation operation) {
    var methods = new LinkedHashMap<String, Object>();
    if (operation.methods() == Methods.GET || operation.methods() == Methods.GET_AND_FORM) {
      methods.put("get", method(operation, "get", false));
    }
    if (operation.methods() == Methods.GET_AND_FORM) {
      methods.put("post", method(operation, "post", true));
    }
    if (operation.methods() == Methods.POST || operation.methods() == Methods.POST_AND_PUT) {
      methods.put("post", method(operation, "post", false));
    }
    if (operation.methods() == Methods.POST_AND_PUT) {
      methods.put("put", method(operation, "put", false));
    }
    if (operation.methods() == Methods.DELETE) {
      methods.put("delete", method(operation, "delete", false));
    }
    return methods;
  }

  private static Map<String, ?> method(Operation operation, String name, boolean form) {
    var method = new LinkedHashMap<String, Object>();
    String id = operation.path().substring(1).replaceAll("[{}]", "").replaceAll("[^a-z0-9]+", "-");
    method.put("operationId", id + "-" + name);
    method.put("tags", List.of(operation.tag()));
    method.put("summary", operation.summary());
    if (form) {
      method.put("requestBody", formBody(operation.parameters()));
    } else if (!operation.parameters().isEmpty()) {
      method.put(
          "parameters",
          operation.parameters().stream()
              .map(parameter -> parameter(parameter, operation.path()))
              .toList());
    }
    method.put("responses", responses(operation));
    return method;
  }

  private static Map<String, ?> parameter(Parameter parameter, String path) {
    boolean inPath = path.contains("{" + parameter.name() + "}");
    var described = new LinkedHashMap<String, Object>();
    described.put("name", parameter.name());
    described.put("in", inPath ? "path" : "query");
    described.put("description", parameter.description());
    described.put("required", parameter.required());
    if (parameter.type().equals("array")) {
      described.put("explode", true);
    }
    described.put("schema", schema(parameter));
    return described;
  }

  private static Map<String, ?> schema(Parameter parameter) {
    return parameter.type().equals("array")
        ? Map.of("type", "array", "items", Map.of("type", "string"))
        : Map.of("type", parameter.type());
  }

  private static Map<String, ?> formBody(List<Parameter> parameters) {
    var properties = new LinkedHashMap<String, Object>();
    var required = new ArrayList<String>();
    for (var parameter : parameters) {
      var property = new LinkedHashMap<String, Object>(schema(parameter));
      property.put("description", parameter.description());
      properties.put(parameter.name(), property);
      if (parameter.required()) {
        required.add(parameter.name());
      }
    }
    var schema = new LinkedHashMap<String, Object>();
    schema.put("type", "object");
    schema.put("properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    return Map.of("content", Map.of("application/x-www-form-urlencoded", Map.of("schema", schema)));
  }

  private static Map<String, ?> responses(Operation operation) {
    var success = new LinkedHashMap<String, Object>();
    success.put("description", operation.summary());
    var content = new LinkedHashMap<String, Object>();
    content.put(operation.answer(), Map.of());
    if (operation.path().equals("/query") || operation.path().equals("/query_range")) {
      content.put(ArrowBody.MEDIA_TYPE, Map.of());
    }
    success.put("content", content);
    var failure = new LinkedHashMap<String, Object>();
    failure.put("description", "What went wrong.");
    failure.put(
        "content",
        Map.of(
            ApiDescription.JSON, Map.of("schema", Map.of("$ref", "#/components/schemas/Error"))));
    var responses = new LinkedHashMap<String, Object>();
    responses.put("200", success);
    responses.put("default", failure);
    return responses;
  }

  private static Map<String, ?> errorSchema() {
    var properties = new LinkedHashMap<String, Object>();
    properties.put("status", Map.of("type", "string"));
    properties.put("errorType", Map.of("type", "string"));
    properties.put("error", Map.of("type", "string"));
    return Map.of("type", "object", "properties", properties);
  }
}
