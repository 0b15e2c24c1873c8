package io.narthex.jobs.check;

import io.narthex.pipeline.config.AlertingConfig.Alertmanagers;
import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.config.ConfigurationFault;
import io.narthex.pipeline.config.ConfigurationLoader;
import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.config.FileGlobs;
import io.narthex.pipeline.config.FileReference;
import io.narthex.pipeline.config.PrometheusDuration;
import io.narthex.pipeline.config.TargetGroups;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.relabel.Relabeler;
import io.narthex.sources.scrape.TargetCheck;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Checks a configuration and the files that it names; rule files are told, not read. */
public final class ConfigurationCheck {
  /** Files without which a client cannot prove who it is. */
  private static final Set<String> CREDENTIALS =
      Set.of("cert_file", "key_file", "credentials_file", "bearer_token_file");

  private static final Set<String> PATTERNS = Set.of("rule_files", "scrape_config_files");

  private static final Comparator<ConfigurationFault> BY_PLACE =
      Comparator.comparing(ConfigurationFault::file)
          .thenComparingInt(ConfigurationFault::line)
          .thenComparingInt(ConfigurationFault::column);

  private final Configuration configuration;
  private final List<ConfigurationFault> faults = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final Set<Path> ruleFiles = new LinkedHashSet<>();

  private ConfigurationCheck(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * How a configuration is to be checked.
   *
   * @param syntaxOnly whether files that it names are left alone
   * @param agent whether it is for an agent, which stores and evaluates nothing
   * @param lookback how far instant selectors look back; jobs must not scrape less often
   */
  public record Options(boolean syntaxOnly, boolean agent, Duration lookback) {}

  /**
   * A configuration without faults.
   *
   * @param warnings what is legal but may not be meant, and what this build cannot serve yet, each
   *     with its place
   * @param longIntervals jobs that scrape so seldom that their series end between two scrapes
   * @param ruleFiles the files that {@code rule_files} matches
   */
  public record Outcome(List<String> warnings, List<String> longIntervals, List<Path> ruleFiles) {
    public Outcome {
      warnings = List.copyOf(warnings);
      longIntervals = List.copyOf(longIntervals);
      ruleFiles = List.copyOf(ruleFiles);
    }
  }

  /**
   * Checks a file.
   *
   * @throws ConfigurationException if it has faults
   */
  public static Outcome check(Path file, Options options) {
    var check = new ConfigurationCheck(ConfigurationLoader.load(file));
    if (options.agent()) {
      check.agent(file);
    }
    if (!options.syntaxOnly()) {
      check.files();
    }
    check.targets(!options.syntaxOnly());
    if (!check.faults.isEmpty()) {
      check.faults.sort(BY_PLACE);
      throw new ConfigurationException(check.faults);
    }
    var warnings = new ArrayList<>(check.configuration.warnings());
    warnings.addAll(check.configuration.unsupported());
    warnings.addAll(check.warnings);
    return new Outcome(
        warnings, check.longIntervals(options.lookback()), List.copyOf(check.ruleFiles));
  }

  private void agent(Path file) {
    boolean alerting =
        !configuration.alerting().alertmanagers().isEmpty()
            || !configuration.alerting().relabelRules().isEmpty();
    refuse(file, alerting, "alerting");
    refuse(file, !configuration.ruleFiles().isEmpty(), "rule_files");
    refuse(file, !configuration.remoteRead().isEmpty(), "remote_read");
  }

  private void refuse(Path file, boolean present, String key) {
    if (present) {
      faults.add(
          new ConfigurationFault(
              file.toString(), 0, 0, key, "field " + key + " is not allowed in agent mode"));
    }
  }

  private void files() {
    for (var reference : configuration.files()) {
      if (PATTERNS.contains(reference.key())) {
        pattern(reference);
      } else if (reference.path().contains("file_sd_configs")) {
        if (find(reference).isEmpty()) {
          warnings.add(reference.fault(quoted(reference) + " does not exist").toString());
        }
      } else if (!Files.isReadable(Path.of(reference.target()))
          && !reference.key().equals("scrape_failure_log_file")) {
        String message =
            quoted(reference)
                + (Files.exists(Path.of(reference.target()))
                    ? " cannot be read"
                    : " does not exist");
        if (CREDENTIALS.contains(reference.key())) {
          faults.add(reference.fault(message));
        } else {
          warnings.add(reference.fault(message).toString());
        }
      }
    }
  }

  private void pattern(FileReference reference) {
    List<Path> found = find(reference);
    boolean rules = reference.key().equals("rule_files");
    if (rules) {
      ruleFiles.addAll(found);
    }
    if (found.isEmpty()) {
      if (FileGlobs.isMagic(reference.given())) {
        warnings.add(reference.fault(quoted(reference) + " matches no file").toString());
      } else {
        faults.add(reference.fault(quoted(reference) + " does not point to an existing file"));
      }
    }
  }

  private List<Path> find(FileReference reference) {
    try {
      return FileGlobs.find(reference.target());
    } catch (UncheckedIOException e) {
      faults.add(reference.fault(String.valueOf(e.getMessage())));
      return List.of();
    }
  }

  private static String quoted(FileReference reference) {
    return "\"" + reference.given() + "\"";
  }

  private void targets(boolean withFiles) {
    for (var job : configuration.scrapeConfigs()) {
      for (var groups : groups(job.discovery(), withFiles)) {
        for (String fault : TargetCheck.faults(job, groups)) {
          faults.add(new ConfigurationFault("job " + job.jobName(), 0, 0, "", fault));
        }
      }
    }
    for (var alertmanagers : configuration.alerting().alertmanagers()) {
      var relabeler =
          Relabeler.compile(alertmanagers.relabelRules(), configuration.global().utf8Names());
      for (var groups : groups(alertmanagers.discovery(), withFiles)) {
        groups.forEach(group -> alertmanagers(alertmanagers, relabeler, group));
      }
    }
  }

  /** Alertmanagers are reached under what relabelling leaves of the address. */
  private void alertmanagers(Alertmanagers config, Relabeler relabeler, TargetGroup group) {
    for (String target : group.targets()) {
      var labels = Labels.builder();
      group.labels().forEach(labels::set);
      labels.set("__address__", target);
      labels.set("__scheme__", config.scheme());
      Labels relabelled = relabeler.apply(labels.build());
      if (relabelled != null && relabelled.get("__address__").indexOf('/') >= 0) {
        faults.add(
            new ConfigurationFault(
                group.source(),
                0,
                0,
                "alerting.alertmanagers",
                "\""
                    + relabelled.get("__address__")
                    + "\" is not a valid hostname; write host:port, no URL"));
      }
    }
  }

  private List<List<TargetGroup>> groups(List<DiscoveryConfig> discoveries, boolean withFiles) {
    var groups = new ArrayList<List<TargetGroup>>();
    for (var discovery : discoveries) {
      if (discovery instanceof DiscoveryConfig.Static list) {
        groups.add(list.groups());
      } else if (withFiles && discovery instanceof DiscoveryConfig.Files list) {
        groups.addAll(targetFiles(list));
      }
    }
    return groups;
  }

  private List<List<TargetGroup>> targetFiles(DiscoveryConfig.Files list) {
    var read = new ArrayList<List<TargetGroup>>();
    for (String pattern : list.files()) {
      for (Path path : FileGlobs.find(pattern)) {
        try {
          read.add(TargetGroups.load(path));
        } catch (ConfigurationException e) {
          faults.addAll(e.faults());
        }
      }
    }
    return read;
  }

  private List<String> longIntervals(Duration lookback) {
    return configuration.scrapeConfigs().stream()
        .filter(job -> job.scrapeInterval().compareTo(lookback) >= 0)
        .map(
            job ->
                "job "
                    + job.jobName()
                    + ": scrape_interval "
                    + PrometheusDuration.print(job.scrapeInterval())
                    + " is not below the look-back of "
                    + PrometheusDuration.print(lookback)
                    + ", its series end between two scrapes")
        .toList();
  }
}
