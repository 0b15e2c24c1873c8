package io.narthex.jobs.server;

import io.narthex.jobs.embedded.EmbeddedFlink;
import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.query.http.ServerFacts.State;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded server. It starts in this order, and stops in the opposite one:
 *
 * <ol>
 *   <li>Flink's runtime, which takes longest and needs nothing: on a thread of its own
 *   <li>the configuration; its faults end the start
 *   <li>the store, which replays its log
 *   <li>the HTTP server: health and queries answer from here on
 *   <li>the pipeline as a Flink job; when all its tasks run the server is ready
 *   <li>queries that the server asks itself to be warm when others ask
 * </ol>
 */
public final class Server implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Server.class);

  private static final long CHECKPOINT_SECONDS = 10;

  private final ServerParts parts;
  private final EmbeddedFlink flink;
  private final EmbeddedFlink.Job job;
  private final CountDownLatch stopped;
  private @Nullable WarmUp warmUp; // once it is ready

  private Server(
      ServerParts parts, EmbeddedFlink flink, EmbeddedFlink.Job job, CountDownLatch stopped) {
    this.stopped = stopped;
    this.parts = parts;
    this.flink = flink;
    this.job = job;
  }

  /**
   * Starts a server; returns when it is ready.
   *
   * @param aboutToBeReady gets it a moment before anybody is told that it is ready, such as who
   *     passes signals on to it
   * @throws StartupException if it cannot start, with a message for the person who starts it
   */
  public static Server start(ServerOptions options, Consumer<Server> aboutToBeReady) {
    var settings = ServerSettings.of(options);
    var runtime =
        CompletableFuture.supplyAsync(
            () -> EmbeddedFlink.start(settings.flinkOptions()),
            task -> new Thread(task, "flink-start").start());
    ServerParts parts = null;
    try {
      parts = ServerParts.open(settings);
      var stop = new CountDownLatch(1);
      parts.listen(stop::countDown);
      var flink = runtime.join();
      var job = flink.submit(parts.graph());
      parts.watch(job);
      JobStart.await(job);
      checkpoint(job, "a crash now forgets alerts"); // the first, without waiting for its time
      var server = new Server(parts, flink, job, stop);
      aboutToBeReady.accept(server);
      parts.facts().state(State.READY);
      parts.announce();
      server.warmUp = WarmUp.start(settings.storagePath(), parts::quietNanos);
      return server;
    } catch (RuntimeException e) {
      closeAfterFailure(parts, runtime);
      throw explained(e);
    }
  }

  /** Begins to stop; returns at once. */
  public void stop() {
    stopped.countDown();
  }

  /** Loads the configuration again; a faulty one is logged, and the one before stays in force. */
  public void reload() {
    try {
      parts.reload();
    } catch (ConfigurationException e) {
      logger.debug("refused configuration", e); // the holder has told what is wrong with it
    }
  }

  /** Blocks until {@link #stop} is called or the pipeline has failed for good. */
  public void awaitStop() throws InterruptedException {
    job.ended()
        .whenComplete(
            (ended, failure) -> {
              if (failure != null && stopped.getCount() > 0) {
                logger.error("the pipeline failed for good, the server stops", failure);
              }
              stopped.countDown();
            });
    stopped.await();
  }

  /** Blocks until the server has rehearsed what queries need, some seconds at most. */
  public void awaitWarm() {
    var running = warmUp;
    if (running != null) {
      running.ended().join();
    }
  }

  /** Where the server is found, such as {@code http://127.0.0.1:9090/}. */
  public String url() {
    return parts.place().url("/");
  }

  /** Drains and stops: what was accepted is stored and on the disk when this returns. */
  @Override
  public void close() {
    logger.info("stopping");
    var steps =
        new ClosingSteps()
            .run("end the rehearsal", this::endRehearsal)
            .run("tell that the server stops", () -> parts.facts().state(State.STOPPING))
            .run("stop listening", parts::stopListening)
            .run(
                "take a last checkpoint",
                () -> checkpoint(job, "the start goes back to the last checkpoint").join())
            .run("end the pipeline", () -> job.cancel().join())
            .run("stop Flink", flink::close)
            .run("close all parts", parts::close);
    logger.info("stopped");
    steps.finish();
  }

  private void endRehearsal() {
    var running = warmUp;
    if (running != null) {
      running.close();
    }
  }

  /** Takes a checkpoint; one that fails is logged. */
  private static CompletableFuture<String> checkpoint(EmbeddedFlink.Job job, String consequence) {
    return job.checkpoint()
        .orTimeout(CHECKPOINT_SECONDS, TimeUnit.SECONDS)
        .exceptionally(
            failure -> {
              logger.warn("no checkpoint, {}: {}", consequence, failure.toString());
              return "";
            });
  }

  private static void closeAfterFailure(
      @Nullable ServerParts parts, CompletableFuture<EmbeddedFlink> runtime) {
    if (parts != null) {
      parts.stopListening();
    }
    runtime.thenAccept(EmbeddedFlink::close).exceptionally(failed -> null).join();
    if (parts != null) {
      parts.close();
    }
  }

  private static RuntimeException explained(RuntimeException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof StartupException startup) {
        return startup;
      }
      if (cause instanceof UncheckedIOException store) {
        return new StartupException(
            StartupException.FAILED, "narthex: the store cannot be opened: " + store.getMessage());
      }
      if (cause instanceof BindException
          || cause instanceof io.netty.channel.unix.Errors.NativeIoException) {
        return new StartupException(
            StartupException.FAILED,
            "cannot listen: "
                + cause.getMessage()
                + " (--web.listen-address chooses another place)");
      }
    }
    return failure;
  }
}
