package io.narthex.jobs.server;

import io.narthex.pipeline.telemetry.BuildInfo;
import io.narthex.query.http.Notifications;
import io.narthex.query.http.ServerFacts;
import java.time.Instant;
import java.util.Map;

/**
 * What a server says of itself that has no configuration and stores nothing: it is always ready.
 */
public final class ReadOnlyFacts implements ServerFacts {
  private final BuildInfo build = ThisBuild.info();
  private final Instant started = Instant.now();
  private final Notifications notifications = new Notifications(0);
  private final Map<String, String> flags;

  public ReadOnlyFacts(Map<String, String> flags) {
    this.flags = Map.copyOf(flags);
  }

  @Override
  public String configYaml() {
    return "";
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
    return new RuntimeFacts(started, true, started, 0, "");
  }

  @Override
  public Readiness readiness() {
    return Readiness.READY;
  }

  @Override
  public Map<String, Boolean> discoveryKinds() {
    return Map.of();
  }
}
