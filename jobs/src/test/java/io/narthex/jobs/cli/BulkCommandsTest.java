package io.narthex.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import openmetrics}, {@code export} and {@code blocks} on a data directory. */
class BulkCommandsTest {
  private static final String TEXT =
      """
      # TYPE memory unknown
      memory{host="a"} 10 1795262400
      memory{host="a"} 11.5 1795262415
      memory{host="b"} 20 1795262400.250
      # TYPE up unknown
      up 1 1795262400
      # EOF
      """;

  @TempDir Path folder;

  @BeforeEach
  void importText() throws IOException {
    var file = Files.writeString(folder.resolve("in.om"), TEXT);
    var ran = run("import", "openmetrics", file.toString(), "--progress");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out())
        .startsWith("imported 3 series, 4 samples, 0 histograms, from 2026-11-21T12:00:00Z");
    assertThat(ran.err()).contains("in.om");
  }

  @Test
  void export_openMetrics_isWhatWasImported() throws IOException {
    var file = folder.resolve("out.om");
    var ran = run("export", "openmetrics", "--output-file=" + file);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(Files.readString(file)).isEqualTo(TEXT);
    assertThat(ran.err()).isEqualTo("exported 3 series, 4 samples\n");
  }

  @Test
  void export_selectorAndRange_areHeard() throws IOException {
    var file = folder.resolve("out.om");
    run("export", "openmetrics", "--output-file=" + file, "--match=memory", "--start=1795262401");
    assertThat(Files.readString(file))
        .isEqualTo("# TYPE memory unknown\nmemory{host=\"a\"} 11.5 1795262415\n# EOF\n");
    var wrong = run("export", "arrow", "--match=memory{");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("--match: ", "parse error");
  }

  @Test
  void export_arrow_isAStream() throws IOException {
    var file = folder.resolve("out.arrows");
    assertThat(run("export", "arrow", "--output-file=" + file).code()).isZero();
    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes).startsWith(0xFF, 0xFF, 0xFF, 0xFF);
  }

  @Test
  void blocks_listAndAnalyze_tellSeriesAndBytes() {
    var list = run("blocks", "list");
    assertThat(list.code()).as(list.err()).isZero();
    assertThat(list.out().lines()).hasSize(2);
    assertThat(list.out()).startsWith("BLOCK").contains("2026-11-21T12:00:00Z", "0m15s");
    var analysis = run("blocks", "analyze", "--limit=1");
    assertThat(analysis.out()).contains("3 series, 4 samples", "METRIC", "memory");
    assertThat(analysis.out()).doesNotContain("\nup ");
    assertThat(run("blocks", "analyze", "nothing").err()).contains("there is no block nothing");
  }

  @Test
  void blocks_verify_findsAFlippedByte() throws IOException {
    var sound = run("blocks", "verify", "--progress");
    assertThat(sound.code()).as(sound.err()).isZero();
    assertThat(sound.out()).contains("1 blocks", "are sound, damaged places 0");

    Path victim;
    try (var files = Files.walk(folder.resolve("data").resolve("blocks"))) {
      victim =
          files
              .filter(Files::isRegularFile)
              .filter(file -> !file.toString().endsWith(".json"))
              .max(java.util.Comparator.comparingLong(file -> file.toFile().length()))
              .orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(victim);
    bytes[bytes.length / 2] ^= 4;
    Files.write(victim, bytes);
    var damaged = run("blocks", "verify");
    assertThat(damaged.code()).isEqualTo(1);
    assertThat(damaged.err()).contains("damaged: block: ");
  }

  @Test
  void commands_aFolderThatIsNone_isTold() {
    for (var command : List.of(List.of("blocks", "list"), List.of("export", "arrow"))) {
      var arguments = new ArrayList<>(command);
      arguments.add("--storage.tsdb.path=" + folder.resolve("missing"));
      var ran = execute(arguments);
      assertThat(ran.code()).isEqualTo(1);
      assertThat(ran.err()).contains("missing").doesNotContain("\tat ");
      assertThat(folder.resolve("missing")).doesNotExist();
    }
  }

  private record Ran(int code, String out, String err) {}

  private Ran run(String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    all.add("--storage.tsdb.path=" + folder.resolve("data"));
    return execute(all);
  }

  private static Ran execute(List<String> arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        Narthex.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments.toArray(String[]::new));
    return new Ran(
        code,
        out.toString().replace(System.lineSeparator(), "\n"),
        err.toString().replace(System.lineSeparator(), "\n"));
  }
}
