package io.narthex.sinks.store;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A process with a store that does what it is told on standard input, a line each. */
final class CommandedStore {
  private static final long START = 1_700_000_000_000L;

  private final List<FileInputStream> taken = new ArrayList<>();
  private final BlockStore store;
  private int rows;

  private CommandedStore(BlockStore store) {
    this.store = store;
  }

  /**
   * Opens a store and follows commands until the input ends.
   *
   * @param arguments the folder of the store
   */
  public static void main(String[] arguments) throws IOException, ClassNotFoundException {
    loadClasses();
    var options = StoreOptions.DEFAULT.withClock(() -> START).withRetention(Duration.ofDays(15), 0);
    try (var store = BlockStore.open(Path.of(arguments[0]), options, new PrometheusRegistry());
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      var commanded = new CommandedStore(store);
      System.out.println("> open");
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println("> " + commanded.follow(line));
      }
    }
  }

  /**
   * Opens all that classes are loaded from, as if they came in one file: else a process without
   * file handles would lack classes, which no installed server does.
   */
  private static void loadClasses() throws IOException, ClassNotFoundException {
    var loader = CommandedStore.class.getClassLoader();
    loader.getResource("no such file"); // opens all archives
    for (var entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      var root = Path.of(entry);
      if (!Files.isDirectory(root) || root.endsWith("test-classes")) {
        continue;
      }
      try (var files = Files.walk(root)) {
        for (var file : (Iterable<Path>) files::iterator) {
          var name = root.relativize(file).toString();
          if (name.endsWith(".class") && !name.contains("-info")) {
            var type = name.substring(0, name.length() - 6).replace(File.separatorChar, '.');
            Class.forName(type, false, loader);
          }
        }
      }
    }
  }

  private String follow(String command) {
    try {
      return switch (command) {
        case "append" -> append();
        case "count" -> "counted " + count();
        case "flush" -> {
          store.flush();
          yield "flushed";
        }
        case "starve" -> starve();
        case "feed" -> feed();
        default -> "unknown command";
      };
    } catch (FaultException e) {
      return "failed: " + e.getMessage();
    } catch (IOException | RuntimeException e) {
      return "failed: " + e;
    }
  }

  private String append() {
    var batch = SampleBatch.of(new Origin.Import());
    batch.series(Labels.of("__name__", "m"));
    for (int row = 0; row < 100; row++) {
      batch.value(START + 1000L * rows++, row);
    }
    return "appended " + store.append(batch.build()).join().samples();
  }

  private int count() {
    var found = new SampleBuffer();
    var matchers = List.of(Matcher.equal("__name__", "m"));
    try (var selection = store.select(new Selector(matchers, 0, Long.MAX_VALUE, false))) {
      for (int series = 0; series < selection.size(); series++) {
        selection.read(series, 0, Long.MAX_VALUE, found);
      }
    }
    return found.size();
  }

  /** Takes all file handles that are left. */
  private String starve() {
    try {
      while (true) {
        taken.add(new FileInputStream("/dev/null"));
      }
    } catch (IOException e) {
      return "starved: " + e.getMessage();
    }
  }

  private String feed() throws IOException {
    for (var file : taken) {
      file.close();
    }
    taken.clear();
    return "fed";
  }
}
