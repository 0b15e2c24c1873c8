package io.narthex.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.alert.ActiveAlert;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.config.ConfigurationLoader;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.status.RuleStatus;
import io.narthex.pipeline.status.StatusBoard;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedStatusTest {
  @TempDir Path folder;

  @Test
  void read_whatAnotherProcessPublished_isTheSame() {
    var written = new InMemoryStatusBoard();
    var group = group(5, "broken");
    written.rules(List.of(group));
    written.alertmanagers(new StatusBoard.Alertmanagers(List.of("http://a"), List.of("http://b")));
    new SharedStatus(folder).publish(written);

    var read = new InMemoryStatusBoard();
    var reader = new SharedStatus(folder);
    reader.read(read);

    var found = read.rules().get(0);
    assertThat(found.rules().get(0)).isEqualTo(group.rules().get(0));
    var alerting = found.rules().get(1).alerting();
    var expected = group.rules().get(1).alerting();
    assertThat(alerting).isNotNull();
    assertThat(expected).isNotNull();
    assertThat(alerting.alerts().get()).isEqualTo(expected.alerts().get());
    assertThat(alerting.annotations()).isEqualTo(expected.annotations());
    assertThat(found.lastEvaluation()).isEqualTo(5);
    assertThat(read.alertmanagers()).isEqualTo(written.alertmanagers());
  }

  @Test
  void read_nothingPublishedOrDamaged_leavesTheBoard() throws IOException {
    var board = new InMemoryStatusBoard();
    board.rules(List.of(group(1, null)));
    var reader = new SharedStatus(folder);
    reader.read(board);
    Files.createDirectories(folder.resolve("status"));
    Files.write(folder.resolve("status").resolve("rules"), new byte[] {77});
    reader.read(board);

    assertThat(board.rules()).hasSize(1);
  }

  private static StatusBoard failing() {
    return (StatusBoard)
        Proxy.newProxyInstance(
            StatusBoard.class.getClassLoader(),
            new Class<?>[] {StatusBoard.class},
            (proxy, method, arguments) -> {
              throw new IllegalStateException("refused");
            });
  }

  @Test
  void publishAndRead_boardRefuses_areTriedAgain() {
    var written = new InMemoryStatusBoard();
    written.rules(List.of(group(5, null)));
    var writer = new SharedStatus(folder);
    writer.publish(failing());
    writer.publish(written);

    var reader = new SharedStatus(folder);
    reader.read(failing());
    var read = new InMemoryStatusBoard();
    reader.read(read);
    assertThat(read.rules()).hasSize(1);
  }

  @Test
  void rules_putIntoTheFolder_areReadAsTheyWere() throws IOException {
    Files.writeString(folder.resolve("prometheus.yml"), "rule_files: [r.yml]\n");
    Files.writeString(
        folder.resolve("r.yml"),
        """
        groups:
        - name: g
          rules:
          - {alert: A, expr: up == 0, for: 1m, labels: {a: b}, annotations: {c: d}}
          - {record: r, expr: sum(up)}
        """);
    assertThat(RuleDocument.read(folder)).isNull();
    var document = RuleDocument.of(ConfigurationLoader.load(folder.resolve("prometheus.yml")));
    document.publish(folder);

    assertThat(RuleDocument.read(folder)).isEqualTo(document);
    assertThat(RuleDocument.newestNumber(folder)).isEqualTo(document.number());

    Files.write(folder.resolve("rules").resolve("in-force"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> RuleDocument.read(folder)).isInstanceOf(IOException.class);
  }

  private static RuleGroupStatus group(long tick, @org.jspecify.annotations.Nullable String error) {
    var evaluation = new RuleStatus.Evaluation("partly", List.of("rate(a[1m])"), "why", 3);
    var alert =
        new ActiveAlert(
            Labels.of(Map.of("alertname", "A")),
            Map.of("summary", "s"),
            AlertState.FIRING,
            2.5,
            10,
            0);
    var alerting =
        new RuleStatus.Alerting(
            60, 0, Map.of("summary", "{{ $value }}"), AlertState.FIRING, () -> List.of(alert));
    return new RuleGroupStatus(
        "g",
        "/f.yml",
        15,
        0,
        List.of(
            new RuleStatus("r", "sum(a)", Map.of("x", "y"), error, 0.5, tick, evaluation, null),
            new RuleStatus("A", "a > 0", Map.of(), null, 0.25, tick, evaluation, alerting)),
        0.75,
        tick,
        4);
  }
}
