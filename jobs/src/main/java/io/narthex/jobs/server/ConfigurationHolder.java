package io.narthex.jobs.server;

import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.config.ConfigurationFault;
import io.narthex.pipeline.config.ConfigurationLoader;
import io.narthex.query.http.Notifications;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's configuration: loaded at start, loaded again on demand. A configuration that cannot
 * be used is refused as a whole, and the one before stays in force. Safe for use by several
 * threads.
 */
final class ConfigurationHolder {
  private static final Logger logger = LoggerFactory.getLogger(ConfigurationHolder.class);

  private static final String RELOAD_FAILED = "Configuration reload has failed.";

  private final @Nullable Path file;
  private final Supplier<String> builtIn;
  private final Notifications notifications;
  private final Gauge successful;
  private final Gauge successTime;
  private volatile LoadedConfiguration current;

  /**
   * Loads the configuration.
   *
   * @param file to read; null takes the built-in configuration
   * @param builtIn the built-in configuration
   * @param notifications told when a reload fails
   * @throws StartupException if it cannot be used; the message lists all faults
   */
  ConfigurationHolder(
      @Nullable Path file,
      Supplier<String> builtIn,
      PrometheusRegistry registry,
      Notifications notifications) {
    this.file = file;
    this.builtIn = builtIn;
    this.notifications = notifications;
    this.successful =
        Gauge.builder()
            .name("prometheus_config_last_reload_successful")
            .help("Whether the newest configuration could be loaded.")
            .register(registry);
    this.successTime =
        Gauge.builder()
            .name("prometheus_config_last_reload_success_timestamp_seconds")
            .help("When a configuration was loaded last.")
            .register(registry);
    try {
      this.current = loaded(load());
    } catch (ConfigurationException e) {
      throw new StartupException(StartupException.MISUSED, String.valueOf(e.getMessage()));
    }
  }

  LoadedConfiguration current() {
    return current;
  }

  /**
   * Loads the configuration again and hands it on.
   *
   * @throws ConfigurationException if it cannot be used; nothing has changed then
   */
  synchronized void reload(Consumer<Configuration> apply) {
    try {
      var next = load();
      apply.accept(next);
      current = loaded(next);
      notifications.withdraw(RELOAD_FAILED);
      logger.info("configuration reloaded from {}", file == null ? "the built-in one" : file);
    } catch (ConfigurationException e) {
      current = new LoadedConfiguration(current.configuration(), current.loadedAt(), false);
      successful.set(0);
      notifications.tell(RELOAD_FAILED);
      logger.error("configuration not reloaded, the one before stays in force: {}", e.getMessage());
      throw e;
    }
  }

  private Configuration load() {
    var configuration =
        file == null
            ? ConfigurationLoader.load(builtIn.get(), Path.of("").toAbsolutePath())
            : ConfigurationLoader.load(file);
    configuration.warnings().forEach(logger::warn);
    refuseUnsupported(configuration);
    return configuration;
  }

  private void refuseUnsupported(Configuration configuration) {
    if (!configuration.unsupported().isEmpty()) {
      String name = file == null ? "built-in configuration" : file.toString();
      throw new ConfigurationException(
          configuration.unsupported().stream()
              .map(part -> new ConfigurationFault(name, 0, 0, "", part))
              .toList());
    }
  }

  private LoadedConfiguration loaded(Configuration configuration) {
    var now = Instant.now();
    successful.set(1);
    successTime.set(now.toEpochMilli() / 1000d);
    return new LoadedConfiguration(configuration, now, true);
  }
}
