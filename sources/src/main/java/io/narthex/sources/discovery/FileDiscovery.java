package io.narthex.sources.discovery;

import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.config.TargetGroups.Format;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Reads target groups from files when something happens in their folders, and now and then besides
 * (folders on network file systems tell nothing). A file that cannot be read keeps its last groups;
 * a file that is gone loses them.
 */
final class FileDiscovery {
  /** The label that tells which file a target is from. */
  static final String PATH_LABEL = "__meta_filepath";

  private static final Logger LOG = LoggerFactory.getLogger(FileDiscovery.class);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final DiscoveryConfig.Files config;
  private final DiscoveryMetrics metrics;

  FileDiscovery(DiscoveryConfig.Files config, DiscoveryMetrics metrics) {
    this.config = config;
    this.metrics = metrics;
  }

  Flux<List<TargetGroup>> groups() {
    return Flux.usingWhen(
            Mono.fromCallable(Watch::new).subscribeOn(Schedulers.boundedElastic()),
            this::follow,
            watch -> Mono.fromRunnable(watch::close).subscribeOn(Schedulers.boundedElastic()))
        .distinctUntilChanged();
  }

  private Flux<List<TargetGroup>> follow(Watch watch) {
    var known = new HashMap<Path, List<TargetGroup>>();
    var reread = Flux.interval(Duration.ZERO, config.refresh(), Schedulers.boundedElastic());
    var changes =
        Flux.interval(LOOK, Schedulers.boundedElastic())
            .onBackpressureDrop()
            .filter(tick -> watch.changed());
    return Flux.merge(reread.onBackpressureDrop(), changes)
        .onBackpressureLatest()
        .concatMap(
            tick ->
                Mono.fromCallable(() -> readAll(watch, known))
                    .subscribeOn(Schedulers.boundedElastic()),
            0);
  }

  private List<TargetGroup> readAll(Watch watch, Map<Path, List<TargetGroup>> known) {
    var files = new TreeSet<Path>();
    for (String pattern : config.files()) {
      var path = Path.of(pattern);
      watch.add(path.toAbsolutePath().getParent());
      list(path, files);
    }
    known.keySet().retainAll(files);
    var all = new ArrayList<TargetGroup>();
    for (Path file : files) {
      try {
        known.put(file, read(file));
      } catch (IOException | ConfigurationException e) {
        metrics.fileError();
        LOG.warn("cannot read target groups of {}, keeping those known: {}", file, e.toString());
      }
      all.addAll(known.getOrDefault(file, List.of()));
    }
    return all;
  }

  private void list(Path pattern, Set<Path> files) {
    var folder = pattern.getParent();
    var name = pattern.getFileName();
    if (folder == null || name == null || !name.toString().contains("*")) {
      if (Files.exists(pattern)) {
        files.add(pattern);
      }
      return;
    }
    try (var matching = Files.newDirectoryStream(folder, name.toString())) {
      matching.forEach(files::add);
    } catch (IOException e) {
      metrics.fileError();
      LOG.warn("cannot list {}: {}", folder, e.toString());
    }
  }

  private static List<TargetGroup> read(Path file) throws IOException {
    String text = Files.readString(file);
    var label = Map.entry(PATH_LABEL, file.toString());
    var format =
        file.toString().toLowerCase(Locale.ROOT).endsWith(".json") ? Format.JSON : Format.YAML;
    return DiscoveredGroups.read(text, file.toString(), format, label);
  }

  /** The folders that are watched; confined to one caller at a time, but for the closing. */
  private static final class Watch {
    private final WatchService service;
    private final Map<Path, Boolean> folders = new HashMap<>(); // only touched by readAll

    Watch() throws IOException {
      service = FileSystems.getDefault().newWatchService();
    }

    void add(@Nullable Path folder) {
      if (folder == null || folders.containsKey(folder) || !Files.isDirectory(folder)) {
        return;
      }
      try {
        folder.register(
            service,
            StandardWatchEventKinds.ENTRY_CREATE,
            StandardWatchEventKinds.ENTRY_DELETE,
            StandardWatchEventKinds.ENTRY_MODIFY);
        folders.put(folder, true);
      } catch (IOException e) {
        LOG.warn(
            "cannot watch {}, its files are read again now and then: {}", folder, e.toString());
      }
    }

    /** Whether anything happened since the last call. */
    boolean changed() {
      boolean changed = false;
      try {
        for (var key = service.poll(); key != null; key = service.poll()) {
          changed |= !key.pollEvents().isEmpty();
          key.reset();
        }
      } catch (ClosedWatchServiceException e) {
        return false; // the discovery has ended between two looks
      }
      return changed;
    }

    void close() {
      try {
        service.close();
      } catch (IOException e) {
        LOG.warn("cannot close the watch of target files: {}", e.toString());
      }
    }
  }
}
