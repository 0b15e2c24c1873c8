package io.narthex.jobs.server;

import io.narthex.pipeline.config.Configuration;
import java.time.Instant;

/**
 * The configuration in force.
 *
 * @param configuration what it says
 * @param loadedAt when it was read
 * @param newestIsInForce false after a reload that was refused
 */
record LoadedConfiguration(Configuration configuration, Instant loadedAt, boolean newestIsInForce) {
  String yaml() {
    return configuration.yaml();
  }
}
