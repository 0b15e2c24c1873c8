package io.narthex.query.http;

import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.telemetry.BuildInfo;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the server says of itself. Asked anew for each request; answers at once, from any thread.
 */
public interface ServerFacts {

  /** The configuration in effect as YAML, secrets hidden. */
  String configYaml();

  /** The configuration in effect; null where there is none. */
  default @Nullable Configuration configuration() {
    return null;
  }

  /** What users are told without asking. */
  Notifications notifications();

  /** Flags of the command line, without dashes, and their values; defaults included. */
  Map<String, String> flags();

  BuildInfo build();

  RuntimeFacts runtime();

  Readiness readiness();

  /** Kinds of service discovery that are there. */
  Map<String, Boolean> discoveryKinds();

  /**
   * Facts of the running process.
   *
   * @param started when it started
   * @param reloadSucceeded whether the newest configuration could be loaded
   * @param configLoaded when the configuration in effect was loaded
   * @param corruptions damaged parts of the log that were found
   * @param storageRetention how long and how much is kept, such as {@code 15d or 10GiB}
   */
  record RuntimeFacts(
      Instant started,
      boolean reloadSucceeded,
      Instant configLoaded,
      long corruptions,
      String storageRetention) {}

  /**
   * Whether the server takes requests, and how far the log is replayed.
   *
   * @param state where in its life it is
   * @param replayFirst first segment of the log
   * @param replayLast last one
   * @param replayCurrent the one that is being read, or the last one
   */
  record Readiness(State state, long replayFirst, long replayLast, long replayCurrent) {

    /** Ready, with nothing to replay. */
    public static final Readiness READY = new Readiness(State.READY, 0, 0, 0);
  }

  /** Where in its life a server is. */
  enum State {
    STARTING,
    READY,
    STOPPING
  }
}
