package io.narthex.sources.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.model.RelabelRule.Action;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetBuilderTest {

  private static TargetBuilder.Targets build(
      JobBuilder job, Map<String, String> labels, String... at) {
    return new TargetBuilder(job.build()).build(List.of(new TargetGroup(List.of(at), labels, "g")));
  }

  private static RelabelRule replace(String source, String target, String replacement) {
    return new RelabelRule(List.of(source), ";", "(.*)", 0, target, replacement, Action.REPLACE);
  }

  @Test
  void build_address_getsTheJobsLabels() {
    var targets =
        build(new JobBuilder("j"), Map.of("zone", "a", "__meta_x", "y", "__tmp", "t"), "h:1");
    var target = targets.active().get(0);
    assertThat(target.labelMap()).isEqualTo(Map.of("instance", "h:1", "job", "j", "zone", "a"));
    assertThat(target.discovered())
        .containsEntry("__address__", "h:1")
        .containsEntry("__metrics_path__", "/metrics")
        .containsEntry("__scheme__", "http")
        .containsEntry("__scrape_interval__", "15s")
        .containsEntry("__scrape_timeout__", "10s")
        .containsEntry("__meta_x", "y");
    assertThat(target.url()).isEqualTo("http://h:1/metrics");
    assertThat(target.id()).hasSize(16);
  }

  @Test
  void build_magicLabels_decideUrlAndTimes() {
    var job = new JobBuilder("j");
    job.params = Map.of("module", List.of("a", "b"));
    var labels =
        Map.of(
            "__scheme__", "https",
            "__metrics_path__", "probe me?",
            "__param_module", "x&y",
            "__param_new", "n",
            "__scrape_interval__", "1m30s",
            "__scrape_timeout__", "500ms",
            "job", "other",
            "instance", "i");
    var target = build(job, labels, "h:1").active().get(0);
    assertThat(target.url()).isEqualTo("https://h:1/probe%20me%3F?module=x%26y&module=b&new=n");
    assertThat(target.interval()).isEqualTo(Duration.ofSeconds(90));
    assertThat(target.timeout()).isEqualTo(Duration.ofMillis(500));
    assertThat(target.labelMap()).isEqualTo(Map.of("instance", "i", "job", "other"));
    assertThat(target.pool()).isEqualTo("j");
  }

  @Test
  void build_relabelling_movesAndDrops() {
    var job = new JobBuilder("j");
    job.keepDroppedTargets = 1;
    job.relabelRules =
        List.of(
            new RelabelRule(List.of("__address__"), ";", "drop.*", 0, "", "$1", Action.DROP),
            replace("__address__", "__param_target", "$1"),
            replace("__address__", "instance", "$1"),
            replace("job", "__address__", "exporter:9115"));
    var targets = build(job, Map.of(), "drop1:1", "drop2:1", "h:1");
    assertThat(targets.droppedCount()).isEqualTo(2);
    assertThat(targets.dropped()).hasSize(1);
    var target = targets.active().get(0);
    assertThat(target.url()).isEqualTo("http://exporter:9115/metrics?target=h%3A1");
    assertThat(target.labelMap()).containsEntry("instance", "h:1");
  }

  @Test
  void build_sameTargetTwice_isOne() {
    assertThat(build(new JobBuilder("j"), Map.of(), "h:1", "h:1", "h:2").active()).hasSize(2);
  }

  @Test
  void build_faults_nameTheInstance() {
    assertThat(faults(Map.of(), "h/x")).containsExactly(fault("\"h/x\" is not a valid hostname"));
    assertThat(faults(Map.of(), "")).containsExactly(fault("no address"));
    assertThat(faults(Map.of("__scrape_interval__", "x"), "h"))
        .containsExactly(
            fault(
                "error parsing scrape interval: not a valid duration string: \"x\"; one such as 30s, 5m or 1h30m is"));
    assertThat(faults(Map.of("__scrape_interval__", "0s"), "h"))
        .containsExactly(fault("scrape interval cannot be 0"));
    assertThat(faults(Map.of("__scrape_timeout__", "1m"), "h"))
        .containsExactly(
            fault("scrape timeout cannot be greater than scrape interval (\"1m\" > \"15s\")"));
  }

  private static List<String> faults(Map<String, String> labels, String address) {
    return build(new JobBuilder("j"), labels, address).faults();
  }

  private static String fault(String text) {
    return "instance 0 in group g: " + text;
  }
}
