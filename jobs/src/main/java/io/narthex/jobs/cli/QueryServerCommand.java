package io.narthex.jobs.cli;

import io.narthex.jobs.cluster.QueryServer;
import io.narthex.jobs.server.Signals;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code narthex query-server}: answers from the folder that a cluster's job writes. */
@Command(
    name = "query-server",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Answers queries from a shared folder that a job on a Flink cluster writes. Keeps nothing itself.")
final class QueryServerCommand implements Callable<Integer> {
  @Option(
      names = "--storage.shared.path",
      required = true,
      paramLabel = "DIR",
      description = "The folder that the job writes.")
  private Path sharedFolder = Path.of("");

  @Option(
      names = "--web.listen-address",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9090",
      description = "Where to listen (default: ${DEFAULT-VALUE}).")
  private String listenAddress = "127.0.0.1:9090";

  @Mixin private LogFlags log = new LogFlags();

  @Override
  public Integer call() throws Exception {
    log.configure();
    var stop = new CountDownLatch(1);
    try (var server = QueryServer.start(sharedFolder, listenAddress)) {
      Signals.onTerminate(stop::countDown);
      stop.await();
    }
    return 0;
  }
}
