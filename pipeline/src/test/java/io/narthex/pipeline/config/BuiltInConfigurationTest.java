package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuiltInConfigurationTest {
  @Test
  void selfScrape_address_isTheOnlyTargetOfTheOnlyJob() {
    Configuration configuration =
        load(BuiltInConfiguration.selfScrape("127.0.0.1:9090", "/metrics"));
    assertThat(configuration.unsupported()).isEmpty();
    assertThat(configuration.warnings()).isEmpty();
    assertThat(configuration.scrapeConfigs()).hasSize(1);
    ScrapeConfig job = configuration.scrapeConfigs().get(0);
    assertThat(job.jobName()).isEqualTo("prometheus");
    assertThat(job.discovery())
        .containsExactly(
            new DiscoveryConfig.Static(
                List.of(new TargetGroup(List.of("127.0.0.1:9090"), Map.of(), "0"))));
  }

  @Test
  void selfScrape_url_isRefused() {
    assertThatThrownBy(() -> load(BuiltInConfiguration.selfScrape("http://x\"y", "/metrics")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("is not a valid hostname");
  }

  @Test
  void selfScrape_everyCommentedSetting_isAKeyThatLoads() {
    String uncommented =
        BuiltInConfiguration.selfScrape("localhost:9090", "/metrics")
            .replaceAll("(?m)^( *)# ( *(- )?[a-z_]+:(?!/).*|  +- .*)$", "$1$2");
    assertThat(uncommented).contains("\nrule_files:\n");
    Configuration all = load(uncommented);
    assertThat(all.scrapeConfigs().get(0).discovery()).hasSize(4);
    assertThat(all.storage().retentionTime()).hasDays(15);
  }

  @Test
  void selfScrape_serverWithTlsAndPasswords_isScrapedWithTokenThatNobodySees() {
    var access =
        new BuiltInConfiguration.Access(
            true,
            new BuiltInConfiguration.Certificate("/tls/own.crt", "/tls/own.key"),
            new Secret("not-to-be-seen"));
    Configuration configuration =
        load(BuiltInConfiguration.selfScrape("127.0.0.1:9090", "/x/metrics", access));
    assertThat(configuration.unsupported()).isEmpty();
    ScrapeConfig job = configuration.scrapeConfigs().get(0);
    assertThat(job.scheme()).isEqualTo("https");
    assertThat(job.metricsPath()).isEqualTo("/x/metrics");
    assertThat(job.client().tls().insecureSkipVerify()).isTrue();
    assertThat(job.client().tls().certFile()).isEqualTo("/tls/own.crt");
    assertThat(job.client().authorization().credentials()).isEqualTo(new Secret("not-to-be-seen"));
    assertThat(configuration.yaml()).contains("credentials: <secret>");
    assertThat(configuration.yaml() + configuration).doesNotContain("not-to-be-seen");
  }

  private static Configuration load(String text) {
    return ConfigurationLoader.load(text, Path.of("/nowhere"));
  }
}
