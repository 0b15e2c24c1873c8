package io.narthex.pipeline.config;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A configuration file, checked and with defaults filled in. Paths in it are absolute.
 *
 * @param ruleFiles absolute globs
 * @param scrapeConfigFiles absolute globs; the jobs of their files are among {@code scrapeConfigs}
 * @param tracing null if there is none
 * @param unsupported parts that are understood but not built, each as a sentence with its place; a
 *     server must not start on them
 * @param warnings parts that are taken but do nothing here, each with its place
 * @param files every file that is named, in order of reading
 * @param yaml the configuration in effect as YAML, secrets hidden
 */
public record Configuration(
    GlobalConfig global,
    AlertingConfig alerting,
    List<String> ruleFiles,
    List<String> scrapeConfigFiles,
    List<ScrapeConfig> scrapeConfigs,
    StorageConfig storage,
    @Nullable TracingConfig tracing,
    List<RemoteWriteConfig> remoteWrite,
    List<RemoteReadConfig> remoteRead,
    OtlpConfig otlp,
    List<String> unsupported,
    List<String> warnings,
    List<FileReference> files,
    String yaml)
    implements Serializable {

  public Configuration {
    ruleFiles = List.copyOf(ruleFiles);
    scrapeConfigFiles = List.copyOf(scrapeConfigFiles);
    scrapeConfigs = List.copyOf(scrapeConfigs);
    remoteWrite = List.copyOf(remoteWrite);
    remoteRead = List.copyOf(remoteRead);
    unsupported = List.copyOf(unsupported);
    warnings = List.copyOf(warnings);
    files = List.copyOf(files);
  }

  /**
   * One entry of {@code scrape_configs} as {@link #yaml} shows it.
   *
   * @return empty if the file itself has no such job
   */
  public String scrapeConfigYaml(String jobName) {
    return EffectiveYaml.scrapeConfig(yaml, jobName);
  }
}
