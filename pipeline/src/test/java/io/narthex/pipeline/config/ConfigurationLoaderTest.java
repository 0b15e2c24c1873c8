package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.narthex.pipeline.config.DiscoveryConfig.Dns.RecordType;
import io.narthex.pipeline.config.HttpClientConfig.Authorization;
import io.narthex.pipeline.config.ScrapeConfig.ScrapeProtocol;
import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.model.ScrapeContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationLoaderTest {
  @TempDir Path folder;

  @Test
  void load_emptyText_givesDefaults() {
    for (String text : List.of("", "# nothing\n", "---\n", "global:\nscrape_configs:\n")) {
      Configuration configuration = load(text);
      GlobalConfig global = configuration.global();
      assertThat(global.scrapeInterval()).hasMinutes(1);
      assertThat(global.scrapeTimeout()).hasSeconds(10);
      assertThat(global.evaluationInterval()).hasMinutes(1);
      assertThat(global.utf8Names()).isTrue();
      assertThat(global.escapingScheme()).isEqualTo("allow-utf-8");
      assertThat(configuration.scrapeConfigs()).isEmpty();
      assertThat(configuration.storage().maxExemplars()).isEqualTo(100_000);
      assertThat(configuration.otlp().labelNameUnderscoreSanitization()).isTrue();
      assertThat(configuration.unsupported()).isEmpty();
    }
  }

  @Test
  void load_jobWithoutSettings_hasTheDefaultsOfAJob() {
    ScrapeConfig job = job("scrape_configs: [{job_name: a}]");
    assertThat(job.scrapeInterval()).hasMinutes(1);
    assertThat(job.scrapeTimeout()).hasSeconds(10);
    assertThat(job.honorTimestamps()).isTrue();
    assertThat(job.honorLabels()).isFalse();
    assertThat(job.metricsPath()).isEqualTo("/metrics");
    assertThat(job.scheme()).isEqualTo("http");
    assertThat(job.enableCompression()).isTrue();
    assertThat(job.protocols().get(0)).isEqualTo(ScrapeProtocol.OPENMETRICS_TEXT_1_0_0);
    assertThat(job.protocols()).hasSize(4);
    assertThat(job.limits()).isEqualTo(ScrapeContext.Limits.NONE);
    assertThat(job.client()).isEqualTo(HttpClientConfig.DEFAULT);
    assertThat(job.discovery()).isEmpty();
  }

  @Test
  void load_globalSettings_holdForJobsThatDoNotSayOtherwise() {
    var jobs =
        load("""
                global:
                  scrape_interval: 20s
                  scrape_timeout: 15s
                  sample_limit: 10
                  label_limit: 11
                  body_size_limit: 1MB
                  scrape_native_histograms: true
                  metric_name_validation_scheme: legacy
                  scrape_failure_log_file: fail.log
                scrape_configs:
                  - job_name: takes
                  - job_name: says
                    scrape_interval: 12s
                    sample_limit: 20
                    body_size_limit: 2MB
                    scrape_native_histograms: false
                    metric_name_validation_scheme: utf8
                """)
            .scrapeConfigs();
    ScrapeConfig takes = jobs.get(0);
    assertThat(takes.scrapeInterval()).hasSeconds(20);
    assertThat(takes.scrapeTimeout()).hasSeconds(15);
    assertThat(takes.limits()).isEqualTo(new ScrapeContext.Limits(10, 11, 0, 0));
    assertThat(takes.bodySizeLimit()).isEqualTo(1 << 20);
    assertThat(takes.protocols().get(0)).isEqualTo(ScrapeProtocol.PROMETHEUS_PROTO);
    assertThat(takes.utf8Names()).isFalse();
    assertThat(takes.escapingScheme()).isEqualTo("underscores");
    assertThat(takes.scrapeFailureLogFile()).isEqualTo(folder.resolve("fail.log").toString());
    ScrapeConfig says = jobs.get(1);
    assertThat(says.scrapeTimeout()).as("no longer than its interval").hasSeconds(12);
    assertThat(says.limits()).isEqualTo(new ScrapeContext.Limits(20, 11, 0, 0));
    assertThat(says.bodySizeLimit()).isEqualTo(2 << 20);
    assertThat(says.protocols().get(0)).isEqualTo(ScrapeProtocol.OPENMETRICS_TEXT_1_0_0);
    assertThat(says.escapingScheme()).isEqualTo("allow-utf-8");
  }

  @Test
  void load_severalFaults_areToldAtOnceWithPlacesAndSuggestions() {
    assertThatThrownBy(
            () ->
                load(
                    """
                    global:
                      scrape_intervall: 5s
                      evaluation_interval: [1s]
                    scrape_configs:
                      - job_name: a
                        scrape_interval: 5x
                        honor_labels: "yes"
                        relabel_configs:
                          - {action: repalce, target_label: x}
                          - {regex: '(', target_label: x}
                      - job_name: a
                        sample_limit: -1
                    ruel_files: []
                    """))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            """
            prometheus.yml:2:3: global.scrape_intervall: unknown key scrape_intervall, did you mean \
            scrape_interval?
            prometheus.yml:3:24: global.evaluation_interval: expected a duration such as 30s, got a list
            prometheus.yml:6:22: scrape_configs[0].scrape_interval: not a valid duration string: "5x"; \
            one such as 30s, 5m or 1h30m is
            prometheus.yml:7:19: scrape_configs[0].honor_labels: expected true or false, got "yes"
            prometheus.yml:9:18: scrape_configs[0].relabel_configs[0].action: unknown relabel action \
            "repalce", must be one of replace, lowercase, uppercase, keep, drop, keepequal, dropequal, \
            hashmod, labelmap, labeldrop, labelkeep, did you mean replace?
            prometheus.yml:10:17: scrape_configs[0].relabel_configs[1].regex: error parsing regexp: \
            missing closing ): `^(?s:()$`
            prometheus.yml:11:15: scrape_configs[1].job_name: found multiple scrape configs with job \
            name "a", first found in the main configuration file
            prometheus.yml:12:19: scrape_configs[1].sample_limit: must not be negative, got -1
            prometheus.yml:13:1: ruel_files: unknown key ruel_files, did you mean rule_files?""");
  }

  @Test
  void load_unsupportedParts_areListedWithPlaces() throws IOException {
    Files.writeString(folder.resolve("a.rules"), "groups: []");
    Configuration configuration =
        load(
            """
            scrape_configs:
              - job_name: a
                static_configs: [{targets: ['a:1']}]
              - job_name: b
                consul_sd_configs:
                  - server: localhost:8500
            rule_files: [none/*.yml, '*.rules']
            remote_write: [{url: 'http://x'}]
            """);
    assertThat(configuration.unsupported())
        .containsExactly(
            "not supported yet: consul_sd_configs (scrape_configs[1], prometheus.yml:6)",
            "not supported yet: remote_write (prometheus.yml:8)");
    assertThat(configuration.ruleFiles())
        .containsExactly(
            folder.resolve("none/*.yml").toString(), folder.resolve("*.rules").toString());
  }

  @Test
  void load_externalLabels_takeVariablesAndWarnOfMissingOnes() {
    Configuration configuration =
        ConfigurationLoader.load(
            "global: {external_labels: {b: '${WHO}-$$x', a: $NONE}}",
            "c.yml",
            folder,
            name -> name.equals("WHO") ? "me" : "");
    assertThat(configuration.global().externalLabels())
        .containsExactly(Map.entry("a", ""), Map.entry("b", "me-$x"));
    assertThat(configuration.warnings())
        .containsExactly("empty environment variable NONE (global.external_labels.a, c.yml:1)");
  }

  @Test
  void load_discovery_isReadWithAbsolutePaths() {
    ScrapeConfig job =
        job(
            """
            scrape_configs:
              - job_name: a
                file_sd_configs: [{files: [t/*.json, /abs/x.yml], refresh_interval: 1m}]
                http_sd_configs:
                  - url: http://sd:1/x
                    authorization: {credentials_file: token}
                static_configs:
                  - targets: [a:1]
                    labels: {env: prod}
                  - targets: [b:1]
            """);
    assertThat(job.discovery())
        .hasSize(3)
        .contains(
            new DiscoveryConfig.Files(
                List.of(folder.resolve("t/*.json").toString(), "/abs/x.yml"),
                Duration.ofMinutes(1)));
    var http = (DiscoveryConfig.Http) job.discovery().get(1);
    assertThat(http.refresh()).hasSeconds(60);
    assertThat(http.client().authorization())
        .isEqualTo(new Authorization("Bearer", null, folder.resolve("token").toString()));
    var fixed = (DiscoveryConfig.Static) job.discovery().get(2);
    assertThat(fixed.groups().get(1).source()).isEqualTo("1");
  }

  @Test
  void load_dnsDiscovery_hasDefaultsAndTakesTypesInAnyCase() {
    Configuration configuration =
        load(
            """
            scrape_configs:
              - job_name: a
                dns_sd_configs:
                  - names: [_prometheus._tcp.example.com, b.]
                  - {names: [c], type: aaaa, port: 9100, refresh_interval: 15s}
            alerting:
              alertmanagers:
                - dns_sd_configs: [{names: [mail], type: MX, port: 9093}]
            """);
    assertThat(configuration.unsupported()).isEmpty();
    assertThat(configuration.scrapeConfigs().get(0).discovery())
        .containsExactly(
            new DiscoveryConfig.Dns(
                List.of("_prometheus._tcp.example.com", "b."),
                RecordType.SRV,
                0,
                Duration.ofSeconds(30)),
            new DiscoveryConfig.Dns(List.of("c"), RecordType.AAAA, 9100, Duration.ofSeconds(15)));
    assertThat(configuration.alerting().alertmanagers().get(0).discovery())
        .containsExactly(
            new DiscoveryConfig.Dns(List.of("mail"), RecordType.MX, 9093, Duration.ofSeconds(30)));
  }

  @Test
  void load_faultsOfDnsDiscovery_areToldWithTheirPlaces() {
    assertThatThrownBy(
            () ->
                load(
                    """
                    scrape_configs:
                      - job_name: a
                        dns_sd_configs:
                          - names: []
                          - {names: [x], type: TXT}
                          - {names: [x], type: ns}
                          - {names: [x], refresh_interval: 0s, prot: 1}
                    """))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            """
            prometheus.yml:4:16: scrape_configs[0].dns_sd_configs[0].names: DNS-SD config must contain at \
            least one SRV record name
            prometheus.yml:5:28: scrape_configs[0].dns_sd_configs[1].type: invalid DNS-SD records type \
            TXT, must be SRV, A, AAAA, MX or NS
            prometheus.yml:6:9: scrape_configs[0].dns_sd_configs[2].port: a port is required in DNS-SD \
            configs for all record types except SRV
            prometheus.yml:7:40: scrape_configs[0].dns_sd_configs[3].refresh_interval: must be longer \
            than 0s
            prometheus.yml:7:44: scrape_configs[0].dns_sd_configs[3].prot: unknown key prot, did you mean \
            port?""");
  }

  @Test
  void load_discoveryThatWouldNeverRest_isAFault() {
    assertThatThrownBy(
            () ->
                load(
                    """
                    scrape_configs:
                      - job_name: a
                        file_sd_configs: [{files: [a.json], refresh_interval: 0s}]
                        http_sd_configs: [{url: "http://h/", refresh_interval: 0s}]
                    """))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(
            "prometheus.yml:3:",
            "scrape_configs[0].file_sd_configs[0].refresh_interval: must be longer than 0s",
            "prometheus.yml:4:",
            "scrape_configs[0].http_sd_configs[0].refresh_interval: must be longer than 0s");
  }

  @Test
  void load_aliasesAndMerges_areWrittenOutAndOwnKeysWin() {
    List<ScrapeConfig> jobs =
        load("""
                scrape_configs:
                  - &base
                    job_name: a
                    scheme: https
                    metric_relabel_configs: &drop
                      - {source_labels: [__name__], regex: x, action: drop}
                  - <<: *base
                    job_name: b
                    relabel_configs: *drop
                  - <<: [{scheme: http}, *base]
                    job_name: c
                """)
            .scrapeConfigs();
    assertThat(jobs).extracting(ScrapeConfig::jobName).containsExactly("a", "b", "c");
    assertThat(jobs).extracting(ScrapeConfig::scheme).containsExactly("https", "https", "http");
    assertThat(jobs.get(1).relabelRules()).isEqualTo(jobs.get(0).metricRelabelRules());
  }

  @Test
  void load_keysWithoutValue_areZerosOfTheirType() {
    ScrapeConfig job =
        job(
            """
            scrape_configs:
              - job_name: a
                honor_timestamps:
                scrape_interval:
                basic_auth:
                relabel_configs: [{regex: , target_label: x, replacement: y}]
            """);
    assertThat(job.honorTimestamps()).isFalse();
    assertThat(job.scrapeInterval()).hasMinutes(1);
    assertThat(job.client().basicAuth()).isNull();
    assertThat(job.relabelRules())
        .containsExactly(
            new RelabelRule(List.of(), ";", "", 0, "x", "y", RelabelRule.Action.REPLACE));
  }

  @Test
  void load_largeModulus_keepsAll64Bits() {
    ScrapeConfig job =
        job(
            """
            scrape_configs:
              - job_name: a
                relabel_configs:
                  - {action: hashmod, modulus: 18446744073709551615, target_label: x}
            """);
    assertThat(job.relabelRules().get(0).modulus()).isEqualTo(-1L);
  }

  @Test
  void load_includedFiles_areReadFromTheirFoldersAndFaultsNameThem() throws IOException {
    Files.createDirectories(folder.resolve("jobs"));
    Files.writeString(
        folder.resolve("jobs/one.yml"),
        "scrape_configs: [{job_name: one, basic_auth: {username: u, password_file: pw}}]");
    Path main = folder.resolve("prometheus.yml");
    Files.writeString(
        main, "scrape_config_files: [jobs/*.yml]\nscrape_configs: [{job_name: main}]");
    Configuration configuration = ConfigurationLoader.load(main);
    assertThat(configuration.scrapeConfigs())
        .extracting(ScrapeConfig::jobName)
        .containsExactly("main", "one");
    HttpClientConfig.BasicAuth auth = configuration.scrapeConfigs().get(1).client().basicAuth();
    assertThat(auth).isNotNull();
    assertThat(auth.passwordFile()).isEqualTo(folder.resolve("jobs/pw").toString());

    Path two = folder.resolve("jobs/two.yml");
    Files.writeString(two, "scrape_configs:\n  - job_name: main\n    honr_labels: true\n");
    assertThatThrownBy(() -> ConfigurationLoader.load(main))
        .hasMessageContaining(two + ":2:15: scrape_configs[0].job_name: found multiple")
        .hasMessageContaining(two + ":3:5: scrape_configs[0].honr_labels: unknown key");
  }

  @Test
  void load_secrets_areHiddenInWhatIsPrinted() {
    Configuration configuration =
        load(
            """
            scrape_configs:
              - job_name: a
                basic_auth: {username: u, password: hunter1}
                proxy_url: http://u:hunter2@proxy:1
                proxy_connect_header: {x: [hunter3]}
                http_headers: {y: {secrets: [hunter4], values: [open]}}
                tls_config: {cert: c, key: hunter5}
                http_sd_configs: [{url: 'http://u:hunter6@h/', bearer_token: hunter7}]
            """);
    assertThat(configuration.yaml())
        .doesNotContain("hunter")
        .contains("password: <secret>", "http://u:xxxxx@proxy:1", "- open");
    assertThat(configuration.toString()).doesNotContain("hunter1", "hunter3", "hunter4");
  }

  @Test
  void load_yamlInEffect_hasDefaultsAndReadsBack() {
    String yaml =
        load("scrape_configs: [{job_name: a, static_configs: [{targets: ['x:1']}]}]").yaml();
    assertThat(yaml)
        .startsWith("global:\n  scrape_interval: 1m\n  scrape_timeout: 10s\n")
        .contains("scrape_configs:\n- job_name: a\n  honor_timestamps: true\n")
        .contains("  static_configs:\n  - targets:\n    - x:1\n");
    assertThat(load(yaml).yaml()).isEqualTo(yaml);
  }

  @Test
  void load_fileThatCannotBeRead_isRefused() throws IOException {
    assertThatThrownBy(() -> ConfigurationLoader.load(folder.resolve("none.yml")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(folder.resolve("none.yml") + ": no such file");
    assertThatThrownBy(() -> ConfigurationLoader.load(folder))
        .isInstanceOf(ConfigurationException.class);
    Path latin = folder.resolve("latin.yml");
    Files.write(latin, "# ok\n# \u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> ConfigurationLoader.load(latin))
        .hasMessage(latin + ": not UTF-8, see line 2");
  }

  @Test
  void load_notYaml_isRefusedWithItsPlace() {
    var refusal =
        catchThrowableOfType(ConfigurationException.class, () -> load("global:\n  a: b: c\n"));
    assertThat(refusal.faults().get(0).line()).isEqualTo(2);
    assertThatThrownBy(() -> load("- a"))
        .hasMessage("prometheus.yml:1:1: expected a mapping (key: value), got a list");
  }

  private ScrapeConfig job(String text) {
    return load(text).scrapeConfigs().get(0);
  }

  private Configuration load(String text) {
    return ConfigurationLoader.load(text, folder);
  }
}
