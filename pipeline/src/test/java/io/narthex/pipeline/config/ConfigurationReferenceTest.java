package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.narthex.pipeline.testkit.Reference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every configuration file of the reference: the good ones load, the bad ones are refused. */
class ConfigurationReferenceTest {
  private static final Set<String> SAID_IN_OTHER_WORDS =
      Set.of(
          // Names types of Go structs, which mean nothing here.
          "unknown_attr.bad.yml",
          "unknown_global_attr.bad.yml",
          "kubernetes_namespace_discovery.bad.yml",
          // Names the YAML reader's own terms.
          "section_key_dup.bad.yml",
          "scrape_config_files_fallback_scrape_protocol2.bad.yml");

  private static final Set<String> OTHERS_REFUSED =
      Set.of(
          "config_with_deprecated_am_api_config.yml",
          "otlp_allow_utf8.incompatible.yml",
          "otlp_no_translation.incompatible.yml");

  @TestFactory
  Stream<DynamicTest> load_goodFile_loads() {
    return files(name -> !name.endsWith(".bad.yml") && !OTHERS_REFUSED.contains(name))
        .map(file -> dynamicTest(name(file), () -> assertThat(load(file).yaml()).isNotNull()));
  }

  /** But not external labels with dollars: they are printed after variables are filled in. */
  @TestFactory
  Stream<DynamicTest> load_goodFile_printsWhatLoadsAgain() {
    return files(name -> !name.endsWith(".bad.yml") && !OTHERS_REFUSED.contains(name))
        .filter(file -> !name(file).equals("external_labels.good.yml"))
        .map(file -> dynamicTest(name(file), () -> printsTheSameAgain(file)));
  }

  @TestFactory
  Stream<DynamicTest> load_badFile_isRefusedWithAPlace() {
    return files(name -> name.endsWith(".bad.yml") || OTHERS_REFUSED.contains(name))
        .map(file -> dynamicTest(name(file), () -> refusesWithPlace(file)));
  }

  @TestFactory
  Stream<DynamicTest> load_badFile_saysWhatUpstreamSays() {
    return StreamSupport.stream(
            Reference.table("go-tables/config-expected-errors.json").get("cases").spliterator(),
            false)
        .filter(c -> !SAID_IN_OTHER_WORDS.contains(c.get("filename").asText()))
        .map(
            c ->
                dynamicTest(
                    c.get("filename").asText(),
                    () -> saysSo(c.get("filename").asText(), c.get("errMsg").asText())));
  }

  /** Files of the rule checker's tests; the ones that it finds bad name files that are missing. */
  @TestFactory
  Stream<DynamicTest> load_filesOfTheCheckTool_loadWhetherTheirSecretsExistOrNot() {
    return Stream.of(
            "authorization_credentials_file.bad.yml",
            "authorization_credentials_file.good.yml",
            "config_with_rule_files.yml",
            "config_with_service_discovery_files.yml",
            "config_with_tls_files.yml",
            "prometheus-aws-sd-empty-region.good.yml",
            "prometheus-config.good.yml",
            "prometheus-config.lint.too_long_scrape_interval.yml")
        .map(
            name ->
                dynamicTest(
                    name,
                    () ->
                        assertThat(load(Reference.path("promtool-testdata/" + name)).yaml())
                            .isNotEmpty()));
  }

  private static void refusesWithPlace(Path file) {
    var refusal = catchThrowableOfType(ConfigurationException.class, () -> load(file));
    assertThat(refusal).isNotNull();
    assertThat(refusal.faults())
        .allSatisfy(fault -> assertThat(fault.line()).as(fault.toString()).isPositive());
  }

  private static void saysSo(String name, String expected) {
    String message = expected.replaceFirst("^parsing YAML file testdata/[^:]*: ", "");
    assertThatThrownBy(() -> load(Reference.path("prometheus-config/" + name)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  private static void printsTheSameAgain(Path file) {
    Configuration first = load(file);
    Configuration again =
        ConfigurationLoader.load(first.yaml(), "printed", file.getParent(), name -> "");
    assertThat(again.yaml()).isEqualTo(first.yaml());
  }

  private static Configuration load(Path file) {
    return ConfigurationLoader.load(file, name -> name.equals("TEST") ? "TestValue" : "");
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private static Stream<Path> files(Predicate<String> wanted) {
    var folder = Reference.path("prometheus-config");
    try (var files = Files.list(folder)) {
      List<Path> found =
          files
              .filter(file -> name(file).endsWith(".yml") && wanted.test(name(file)))
              .sorted()
              .toList();
      return found.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
