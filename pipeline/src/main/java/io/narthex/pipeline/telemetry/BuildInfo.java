package io.narthex.pipeline.telemetry;

import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;

/**
 * Which program this is.
 *
 * @param version of the program
 * @param revision commit it was built from; empty if unknown
 * @param branch it was built from; empty if unknown
 * @param buildUser who built it; empty if unknown
 * @param buildDate when, as {@code 20261120-11:22:33}; empty if unknown
 * @param runtime what it runs on, such as {@code java17.0.15}
 */
public record BuildInfo(
    String version,
    String revision,
    String branch,
    String buildUser,
    String buildDate,
    String runtime) {

  /** The runtime of this process, in the form of {@link #runtime()}. */
  public static String currentRuntime() {
    return "java" + Runtime.version();
  }

  /** Registers {@code prometheus_build_info}, with the labels that Prometheus gives it. */
  public void register(PrometheusRegistry registry) {
    Info.builder()
        .name("prometheus_build_info")
        .help("Which program this is: the value is always 1, the labels say what was built.")
        .labelNames("branch", "goarch", "goos", "goversion", "revision", "tags", "version")
        .register(registry)
        .setLabelValues(
            branch,
            System.getProperty("os.arch", ""),
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT),
            runtime,
            revision,
            "",
            version);
  }
}
