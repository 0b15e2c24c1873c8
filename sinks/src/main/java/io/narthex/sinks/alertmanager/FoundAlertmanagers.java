package io.narthex.sinks.alertmanager;

import io.narthex.pipeline.config.AlertingConfig;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.relabel.Relabeler;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * The Alertmanagers of one entry of the configuration.
 *
 * @param active URLs of their alerts
 * @param dropped URLs that relabelling dropped
 * @param faults addresses that are none, each as a sentence
 */
record FoundAlertmanagers(List<String> active, List<String> dropped, List<String> faults) {
  static final FoundAlertmanagers NONE = new FoundAlertmanagers(List.of(), List.of(), List.of());

  private static final String ADDRESS = "__address__";
  private static final String SCHEME = "__scheme__";
  private static final String PATH = "__alerts_path__";
  private static final String API = "/api/v2/alerts";

  FoundAlertmanagers {
    active = List.copyOf(active);
    dropped = List.copyOf(dropped);
    faults = List.copyOf(faults);
  }

  /** Makes URLs of discovered addresses; each URL counts once. */
  static FoundAlertmanagers of(AlertingConfig.Alertmanagers config, List<TargetGroup> groups) {
    var relabeler = Relabeler.compile(config.relabelRules());
    var active = new LinkedHashSet<String>();
    var dropped = new ArrayList<String>();
    var faults = new ArrayList<String>();
    for (var group : groups) {
      for (String address : group.targets()) {
        var labels = Labels.builder().set(SCHEME, config.scheme()).set(PATH, path(config));
        group.labels().forEach(labels::set);
        var discovered = labels.set(ADDRESS, address).build();
        var kept = relabeler.apply(discovered);
        if (kept == null) {
          dropped.add(url(discovered));
        } else if (kept.get(ADDRESS).isEmpty() || kept.get(ADDRESS).indexOf('/') >= 0) {
          faults.add(
              "\"" + kept.get(ADDRESS) + "\" is not an address, want host:port (" + address + ")");
        } else {
          active.add(url(kept));
        }
      }
    }
    return new FoundAlertmanagers(List.copyOf(active), dropped, faults);
  }

  private static String path(AlertingConfig.Alertmanagers config) {
    String prefix = ("/" + config.pathPrefix()).replaceAll("/+", "/");
    return (prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix) + API;
  }

  private static String url(Labels labels) {
    return labels.get(SCHEME) + "://" + labels.get(ADDRESS) + labels.get(PATH);
  }
}
