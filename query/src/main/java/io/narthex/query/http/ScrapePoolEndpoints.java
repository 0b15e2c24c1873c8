package io.narthex.query.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.pipeline.config.ScrapeConfig;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.relabel.RelabelRules;
import io.narthex.pipeline.relabel.Relabeler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a scrape pool is configured, and what its relabel rules make of a target. */
final class ScrapePoolEndpoints {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ServerFacts facts;

  ScrapePoolEndpoints(ApiServices services) {
    facts = services.facts();
  }

  List<Route> routes() {
    return List.of(
        Route.get("/api/v1/scrape_pools/config", this::config),
        Route.get("/api/v1/targets/relabel_steps", this::relabelSteps));
  }

  private Reply config(Call call) {
    var pool = pool(call);
    var configuration = facts.configuration();
    String yaml = configuration == null ? "" : configuration.scrapeConfigYaml(pool.jobName());
    return Reply.data(Map.of("yaml", yaml));
  }

  private Reply relabelSteps(Call call) {
    var pool = pool(call);
    var labels = labels(call.parameters().get("labels"));
    var relabeler = Relabeler.compile(pool.relabelRules(), pool.utf8Names());
    var steps = relabeler.steps(labels).stream().map(ScrapePoolEndpoints::step).toList();
    return Reply.data(Map.of("steps", steps));
  }

  private ScrapeConfig pool(Call call) {
    String name = call.parameters().get("scrapePool");
    if (name.isEmpty()) {
      throw new FaultException(Fault.BAD_DATA, "no scrapePool parameter provided");
    }
    var configuration = facts.configuration();
    var pools = configuration == null ? List.<ScrapeConfig>of() : configuration.scrapeConfigs();
    return pools.stream()
        .filter(pool -> pool.jobName().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new FaultException(Fault.NOT_FOUND, "unknown scrape pool " + Go.quote(name)));
  }

  private static Labels labels(String text) {
    if (text.isEmpty()) {
      throw new FaultException(Fault.BAD_DATA, "no labels parameter provided");
    }
    JsonNode tree;
    try {
      tree = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      String why = "error parsing labels: " + e.getOriginalMessage();
      throw new FaultException(Fault.BAD_DATA, why, e);
    }
    if (!tree.isObject()) {
      throw new FaultException(
          Fault.BAD_DATA, "error parsing labels: want an object of label names and values");
    }
    var labels = Labels.builder();
    for (var label : tree.properties()) {
      if (!label.getValue().isTextual()) {
        throw new FaultException(
            Fault.BAD_DATA,
            "error parsing labels: the value of " + Go.quote(label.getKey()) + " is no string");
      }
      labels.set(label.getKey(), label.getValue().textValue());
    }
    return labels.build();
  }

  private static Map<String, Object> step(Relabeler.Step step) {
    var data = new LinkedHashMap<String, Object>();
    data.put("rule", rule(step.rule()));
    data.put("output", step.output());
    data.put("keep", step.keep());
    return data;
  }

  private static Map<String, Object> rule(RelabelRule rule) {
    var data = new LinkedHashMap<String, Object>();
    if (!rule.sourceLabels().isEmpty()) {
      data.put("source_labels", rule.sourceLabels());
    }
    data.put("separator", rule.separator());
    data.put("regex", rule.regex());
    if (rule.modulus() != 0) {
      data.put("modulus", rule.modulus());
    }
    if (!rule.targetLabel().isEmpty()) {
      data.put("target_label", rule.targetLabel());
    }
    data.put("replacement", rule.replacement());
    data.put("action", RelabelRules.nameOf(rule.action()));
    return data;
  }
}
