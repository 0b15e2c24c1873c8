package io.narthex.jobs.it;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A session cluster of real processes from Flink's own jars: one job manager and some task
 * managers.
 */
final class FlinkCluster implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

  private final List<Process> processes = new ArrayList<>();
  private final Path folder;
  private final int restPort;

  private FlinkCluster(Path folder, int restPort) {
    this.folder = folder;
    this.restPort = restPort;
  }

  static FlinkCluster start(Path folder, int taskManagers) throws IOException {
    int restPort = NarthexProcess.freePort();
    int rpcPort = NarthexProcess.freePort();
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        jobmanager.rpc.address: 127.0.0.1
        jobmanager.rpc.port: %d
        jobmanager.bind-host: 127.0.0.1
        jobmanager.memory.process.size: 700m
        rest.address: 127.0.0.1
        rest.port: %d
        rest.bind-address: 127.0.0.1
        taskmanager.host: 127.0.0.1
        taskmanager.bind-host: 127.0.0.1
        taskmanager.memory.process.size: 800m
        taskmanager.memory.managed.size: 16m
        taskmanager.numberOfTaskSlots: 1
        execution.checkpointing.dir: %s
        blob.storage.directory: %s
        """
            .formatted(
                rpcPort, restPort, folder.resolve("checkpoints").toUri(), folder.resolve("blobs")));
    var cluster = new FlinkCluster(folder, restPort);
    cluster.launch(
        "jobmanager", "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint");
    for (int i = 0; i < taskManagers; i++) {
      cluster.addTaskManager();
    }
    cluster.await("\"taskmanagers\":" + taskManagers);
    return cluster;
  }

  /** Starts one more task manager. */
  void addTaskManager() throws IOException {
    launch(
        "taskmanager-" + processes.size(),
        "org.apache.flink.runtime.taskexecutor.TaskManagerRunner");
  }

  /** Kills the task manager that was started first, as a machine is lost. */
  void killTaskManager() throws InterruptedException {
    processes.remove(1).destroyForcibly().waitFor();
  }

  String address() {
    return "127.0.0.1:" + restPort;
  }

  /** Log of the cluster's processes, for messages. */
  String log() throws IOException {
    var text = new StringBuilder();
    try (var logs = Files.list(folder)) {
      for (Path log : logs.filter(path -> path.toString().endsWith(".out")).toList()) {
        String all = Files.readString(log);
        text.append(log.getFileName()).append(":\n");
        text.append(all.substring(Math.max(0, all.length() - 8000))).append('\n');
      }
    }
    return text.toString();
  }

  @Override
  public void close() throws InterruptedException {
    for (var process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  private void launch(String name, String mainClass) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx400m", "-XX:MaxDirectMemorySize=300m"));
    command.addAll(
        List.of(
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED"));
    command.addAll(NarthexProcess.unsafeFlags());
    command.addAll(List.of("-cp", flinkClassPath(), mainClass));
    command.addAll(List.of("--configDir", folder.toString()));
    if (mainClass.endsWith("TaskManagerRunner")) {
      command.addAll(memoryFlags());
    }
    processes.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".out").toFile())
            .start());
  }

  /** What Flink's start script works out for a task manager. */
  private static List<String> memoryFlags() {
    var flags = new ArrayList<String>();
    for (String setting :
        List.of(
            "taskmanager.cpu.cores=1.0",
            "taskmanager.memory.task.heap.size=200m",
            "taskmanager.memory.task.off-heap.size=0b",
            "taskmanager.memory.managed.size=16m",
            "taskmanager.memory.network.min=64m",
            "taskmanager.memory.network.max=64m",
            "taskmanager.memory.framework.heap.size=128m",
            "taskmanager.memory.framework.off-heap.size=128m",
            "taskmanager.memory.jvm-metaspace.size=200m",
            "taskmanager.memory.jvm-overhead.min=100m",
            "taskmanager.memory.jvm-overhead.max=100m")) {
      flags.add("-D");
      flags.add(setting);
    }
    return flags;
  }

  /** The jars of Flink and of what it needs, without those of the project. */
  private static String flinkClassPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar") && !entry.contains("narthex"))
        .filter(
            entry ->
                entry.contains("flink")
                    || entry.contains("slf4j")
                    || entry.contains("logback")
                    || entry.contains("commons")
                    || entry.contains("kryo")
                    || entry.contains("jsr305")
                    || entry.contains("snappy")
                    || entry.contains("lz4")
                    || entry.contains("snakeyaml")
                    || entry.contains("jackson"))
        .collect(java.util.stream.Collectors.joining(File.pathSeparator));
  }

  private void await(String wanted) throws IOException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    String seen = "";
    while (System.nanoTime() < end) {
      try (InputStream answer =
          URI.create("http://" + address() + "/overview").toURL().openStream()) {
        seen = new String(answer.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (seen.contains(wanted)) {
          return;
        }
      } catch (IOException notYet) {
        seen = notYet.toString();
      }
      LockSupport.parkNanos(100_000_000);
    }
    throw new IllegalStateException("the cluster does not start: " + seen + "\n" + log());
  }
}
