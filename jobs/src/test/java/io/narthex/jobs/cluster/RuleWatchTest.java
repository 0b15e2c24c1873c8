package io.narthex.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.config.ConfigurationLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleWatchTest {
  @TempDir Path folder;

  @BeforeEach
  void configure() throws IOException {
    Files.writeString(folder.resolve("prometheus.yml"), "rule_files: [r.yml]\n");
    rules("up");
  }

  private void rules(String expression) throws IOException {
    Files.writeString(
        folder.resolve("r.yml"),
        "groups: [{name: g, rules: [{record: r, expr: " + expression + "}]}]\n");
  }

  private RuleDocument document(long number) {
    var read = RuleDocument.of(ConfigurationLoader.load(folder.resolve("prometheus.yml")));
    return new RuleDocument(number, read.files());
  }

  private Path inForce() {
    return folder.resolve("rules").resolve("in-force");
  }

  @Test
  void newer_folderThatCannotBeReadOnce_isReadTheNextTime() throws IOException {
    var asked = new AtomicInteger();
    var watch =
        new RuleWatch(
            folder,
            1,
            shared -> {
              if (asked.incrementAndGet() == 1) {
                throw new IOException("stale file handle");
              }
              return RuleDocument.read(shared);
            });
    document(2).publish(folder);
    assertThatThrownBy(watch::newer).hasMessage("stale file handle");
    assertThat(watch.newer()).isEqualTo(document(2));
    assertThat(watch.newer()).isNull();
    assertThat(asked).hasValue(2);
  }

  @Test
  void newer_twoOfTheSameTimeAndSize_areBothFound() throws IOException {
    var watch = new RuleWatch(folder, 1);
    document(2).publish(folder);
    var time = Files.getLastModifiedTime(inForce());
    long size = Files.size(inForce());
    assertThat(watch.newer()).isNotNull();
    document(3).publish(folder);
    Files.setLastModifiedTime(inForce(), time);
    assertThat(inForce()).hasSize(size);
    assertThat(watch.newer()).isEqualTo(document(3));
    assertThat(watch.number()).isEqualTo(3);
  }

  @Test
  void newer_damagedOrOlderRules_areLeftOut() throws IOException {
    var watch = new RuleWatch(folder, 5);
    document(4).publish(folder);
    assertThat(watch.newer()).isNull();
    Files.write(inForce(), new byte[] {1, 2, 3});
    assertThat(watch.newer()).isNull();
    document(6).publish(folder);
    assertThat(watch.newer()).isEqualTo(document(6));
  }

  @Test
  void applyRules_clockBehindThatOfTheOneBefore_comesIntoForce() throws IOException {
    long ahead = System.currentTimeMillis() + 3_600_000;
    var watch = new RuleWatch(folder, ahead);
    RuleDocument.tellNumber(folder, ahead); // rules that came with the job
    for (String expression : new String[] {"down", "up"}) {
      rules(expression);
      assertThat(ClusterSubmission.applyRules(folder.resolve("prometheus.yml"), folder))
          .isEqualTo(1);
      assertThat(watch.newer()).isNotNull();
    }
    RuleDocument.tellNumber(folder, watch.number());
    RuleDocument.tellNumber(folder, 7); // of a task manager that has not looked yet
    Files.write(inForce(), new byte[] {1, 2, 3});
    ClusterSubmission.applyRules(folder.resolve("prometheus.yml"), folder);
    assertThat(watch.newer()).isNotNull();
    assertThat(watch.number()).isEqualTo(ahead + 3);
  }
}
