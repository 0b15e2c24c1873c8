package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.testkit.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the text: it loads or is refused with places, in bounded time and memory. */
class ConfigurationMutationTest {
  private static final Path NOWHERE = Path.of("/nowhere");
  private static final String ALPHABET =
      "\t\n :-[]{}&*!|>'\"%@`#,?<\\0aZ$~\u00e9\uD83D\uDE00\u0000\uFEFF";

  private static final String OWN =
      """
      global: &g
        scrape_interval: 15s
        external_labels: {a: b, c: "$X"}
      scrape_configs:
        - job_name: one
          relabel_configs: &rules
            - {source_labels: [a, b], regex: "(.*)x", target_label: $1, replacement: "${1}"}
          basic_auth: {username: u, password: p}
          static_configs: [{targets: ['a:1'], labels: {x: 'y'}}]
        - job_name: two
          metric_relabel_configs: *rules
          file_sd_configs: [{files: ['*.yml']}]
      remote_write:
        - url: http://x/y
          queue_config: {capacity: 1, max_shards: 2}
      storage: {tsdb: {retention: {time: 1d, size: 1GB}}}
      """;

  @Test
  void load_mutatedFile_neverThrowsAnythingElse() throws IOException {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    for (int i = 0; i < 3_000; i++) {
      check(mutated(OWN, random), seed);
    }
  }

  @Test
  void load_mutatedReferenceFiles_neverThrowsAnythingElse() throws IOException {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    List<Path> files;
    try (var all = Files.list(Reference.path("prometheus-config"))) {
      files = all.filter(file -> file.toString().endsWith(".yml")).sorted().toList();
    }
    for (int i = 0; i < 600; i++) {
      String text = Files.readString(files.get(random.nextInt(files.size())));
      check(mutated(text, random), seed);
    }
  }

  @Test
  void parseTargets_mutatedJson_neverThrowsAnythingElse() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    String good = "[{\"targets\": [\"a:1\", \"b\\u0041\"], \"labels\": {\"x\": \"y\"}}, {}]";
    for (int i = 0; i < 5_000; i++) {
      String text = mutated(good, random);
      try {
        TargetGroups.parse(text, random.nextBoolean() ? "t.json" : "t.yml");
      } catch (ConfigurationException refused) {
        assertThat(refused.faults()).isNotEmpty();
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("rerun with -Dtest.seed=" + seed + ": " + text, e);
      }
    }
  }

  @Test
  void load_aliasBomb_isRefused() {
    var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 30; i++) {
      bomb.append("a").append(i).append(": &a").append(i).append(" [");
      bomb.append(("*a" + (i - 1) + ",").repeat(9)).append("]\n");
    }
    assertRefused(bomb.toString(), "the aliases stand for more than");
  }

  @Test
  void load_anchorThatHoldsItself_isRefused() {
    assertRefused("scrape_configs: &a [*a]", "contains itself");
    assertRefused("global: &a\n  <<: *a\n", "contains itself");
  }

  @Test
  void load_deepNesting_isRefused() {
    assertRefused("[".repeat(10_000), "epth");
    assertRefused("a: ".repeat(10_000), "");
    assertRefused("- ".repeat(10_000), "epth");
    var chain = new StringBuilder("a0: &a0 {x: y}\n");
    for (int i = 1; i < 5_000; i++) {
      chain.append(String.format("a%d: &a%d {<<: *a%d}%n", i, i, i - 1));
    }
    assertRefused(chain.toString(), "nested deeper than");
  }

  @Test
  void load_manyFaults_areCut() {
    assertThatThrownBy(() -> load("x:\n".repeat(2_000)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("more faults are not shown");
  }

  private static void check(String text, long seed) {
    try {
      assertThat(load(text).yaml()).isNotNull();
    } catch (ConfigurationException refused) {
      assertThat(refused.faults()).isNotEmpty();
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("rerun with -Dtest.seed=" + seed + ":\n" + text, e);
    }
  }

  private static Configuration load(String text) {
    return ConfigurationLoader.load(text, "m.yml", NOWHERE, name -> "");
  }

  private static void assertRefused(String text, String message) {
    assertThatThrownBy(() -> load(text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  private static String mutated(String text, Random random) {
    var out = new StringBuilder(text);
    for (int n = random.nextInt(1, 6); n > 0 && !out.isEmpty(); n--) {
      int at = random.nextInt(out.length());
      int end = Math.min(out.length(), at + random.nextInt(1, 20));
      switch (random.nextInt(5)) {
        case 0 -> out.delete(at, end);
        case 1 -> out.insert(at, ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        case 2 -> out.setCharAt(at, ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        case 3 -> out.insert(random.nextInt(out.length()), out.substring(at, end));
        default -> out.setLength(Math.max(at, out.length() / 2));
      }
    }
    return out.toString();
  }
}
