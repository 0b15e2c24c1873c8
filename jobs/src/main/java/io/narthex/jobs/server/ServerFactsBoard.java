package io.narthex.jobs.server;

import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.telemetry.BuildInfo;
import io.narthex.query.http.Notifications;
import io.narthex.query.http.ServerFacts;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

/** What the server says of itself; the state of its life is set from outside. */
final class ServerFactsBoard implements ServerFacts {
  private static final Map<String, Boolean> DISCOVERY =
      Map.of("static", true, "file", true, "http", true);

  private final BuildInfo build = ThisBuild.info();
  private final Instant started = Instant.now();
  private final Map<String, String> flags;
  private final Supplier<LoadedConfiguration> configuration;
  private final String retention;
  private final Notifications notifications;
  private volatile Readiness readiness = new Readiness(State.STARTING, 0, 0, 0);

  ServerFactsBoard(
      Map<String, String> flags,
      Supplier<LoadedConfiguration> configuration,
      String retention,
      Notifications notifications) {
    this.flags = Map.copyOf(flags);
    this.configuration = configuration;
    this.retention = retention;
    this.notifications = notifications;
  }

  void state(State state) {
    readiness = new Readiness(state, 0, 0, 0);
  }

  @Override
  public String configYaml() {
    return configuration.get().yaml();
  }

  @Override
  public Configuration configuration() {
    return configuration.get().configuration();
  }

  @Override
  public Notifications notifications() {
    return notifications;
  }

  @Override
  public Map<String, String> flags() {
    return flags;
  }

  @Override
  public BuildInfo build() {
    return build;
  }

  @Override
  public RuntimeFacts runtime() {
    var loaded = configuration.get();
    return new RuntimeFacts(started, loaded.newestIsInForce(), loaded.loadedAt(), 0, retention);
  }

  @Override
  public Readiness readiness() {
    return readiness;
  }

  @Override
  public Map<String, Boolean> discoveryKinds() {
    return DISCOVERY;
  }
}
