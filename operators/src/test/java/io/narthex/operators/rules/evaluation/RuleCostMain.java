package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertRule;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.config.rules.Place;
import io.narthex.pipeline.config.rules.RecordingRule;
import io.narthex.pipeline.config.rules.Rule;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.config.rules.RulePlaces;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.testkit.InMemoryStore;
import io.narthex.query.promql.exec.EngineOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * What does one pass over a file of recording rules cost, by evaluation interval? 100 hosts with
 * 1,000 series each, shaped as those of the peers' load generator, are scraped every 15 s at
 * moments spread over that time. Prints CPU seconds for each pass, and how much of it is taking
 * samples.
 *
 * <pre>{@code RuleCostMain rules-200.yml [interval seconds] [plain] [times]}</pre>
 *
 * With {@code times}, that many copies of the rules are loaded, under other names. {@code
 * -Dnarthex.cost.warm-up} are the seconds before the measurement; after 700 all windows are full.
 */
final class RuleCostMain {
  private static final int HOSTS = 100;
  private static final int PODS = 12;
  private static final long START = 1_700_000_000_000L;
  private static final int WARM_UP_SECONDS = Integer.getInteger("narthex.cost.warm-up", 390);
  private static final String[] CLUSTERS = {
    "prod-eu1", "prod-eu2", "prod-us1", "prod-us2", "staging"
  };
  private static final String[] BOUNDS = {
    "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"
  };

  private final List<Labels> series = new ArrayList<>();
  private final Random random = new Random(1);
  private double[] values = new double[0];

  private RuleCostMain() {}

  public static void main(String[] arguments) throws IOException {
    int interval = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 15;
    boolean plain = List.of(arguments).contains("plain");
    int times = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 1;
    new RuleCostMain().run(Path.of(arguments[0]), interval, plain, times);
  }

  private void run(Path file, int interval, boolean plain, int times) throws IOException {
    var groups = groups(Files.readString(file), interval, times);
    int rules = groups.stream().mapToInt(group -> group.rules().size()).sum();
    var clock = new TestClock();
    var store = new InMemoryStore();
    long[] written = new long[1];
    var output =
        new RuleOutput() {
          @Override
          public void samples(SampleBatch batch) {
            written[0] += batch.rowCount();
          }

          @Override
          public void alerts(AlertBatch batch) {}
        };
    clock.set(START);
    var evaluator =
        new RuleEvaluator(
            set(groups), RuleOptions.DEFAULTS.withIncremental(!plain), store, clock, output);
    long[] from = new long[4];
    int seconds = WARM_UP_SECONDS + Math.max(30, 2 * interval);
    for (int second = 0; second < seconds; second++) {
      if (second == WARM_UP_SECONDS) {
        from = new long[] {process(), 0, 0, written[0]};
      }
      long now = START + second * 1000L;
      clock.set(now);
      long begin = thread();
      for (int host = second % 15; host < HOSTS; host += 15) {
        evaluator.accept(scrape(host, now));
      }
      long taken = thread();
      evaluator.advance(now);
      from[1] += taken - begin;
      from[2] += thread() - taken;
    }
    double passes = (seconds - WARM_UP_SECONDS) / (double) interval;
    System.out.printf(
        Locale.ROOT,
        "%d rules over %d series, interval %d s, %s: %.4f CPU s a pass (process %.4f, with making"
            + " and taking %.4f), %.0f points a pass, %d MiB%n",
        rules,
        series.size(),
        interval,
        plain ? "plain" : "incremental",
        from[2] / 1e9 / passes,
        (process() - from[0]) / 1e9 / passes,
        from[1] / 1e9 / passes,
        (written[0] - from[3]) / passes,
        used());
  }

  private static long used() {
    System.gc();
    return (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20;
  }

  private static long thread() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long process() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private int perHost;

  private SampleBatch scrape(int host, long now) {
    if (series.isEmpty()) {
      for (int each = 0; each < HOSTS; each++) {
        host(each);
      }
      perHost = series.size() / HOSTS;
      values = random.doubles(series.size(), 0, 1e6).toArray();
    }
    var batch = SampleBatch.at(new Origin.RemoteWrite(), now);
    for (int i = host * perHost; i < (host + 1) * perHost; i++) {
      values[i] = random.nextInt(5000) == 0 ? 0 : values[i] + random.nextInt(1000);
      batch.series(series.get(i)).value(values[i]);
    }
    return batch.build();
  }

  private void host(int host) {
    for (int cpu = 0; cpu < 8; cpu++) {
      for (String mode : "idle iowait irq nice softirq steal system user".split(" ", -1)) {
        add(host, -1, "node_cpu_seconds_total", "cpu", "" + cpu, "mode", mode);
      }
    }
    for (String device : List.of("eth0", "eth1", "cali7f3a21b")) {
      add(host, -1, "node_network_receive_bytes_total", "device", device);
      add(host, -1, "node_network_transmit_bytes_total", "device", device);
    }
    for (String device : List.of("nvme0n1", "nvme1n1")) {
      add(host, -1, "node_disk_read_bytes_total", "device", device);
      add(host, -1, "node_disk_written_bytes_total", "device", device);
    }
    add(host, -1, "node_memory_MemAvailable_bytes");
    for (int i = 0; i < 105; i++) {
      add(host, -1, "unread_" + i);
    }
    for (int pod = 0; pod < PODS; pod++) {
      pod(host, pod);
    }
  }

  private void pod(int host, int pod) {
    for (String handler : List.of("/api/v1/orders", "/api/v1/orders/:id", "/healthz")) {
      for (String code : List.of("200", "404", "500")) {
        add(host, pod, "http_requests_total", "code", code, "handler", handler);
      }
    }
    for (String bound : BOUNDS) {
      add(host, pod, "http_request_duration_seconds_bucket", "handler", "/orders", "le", bound);
    }
    for (String name :
        List.of(
            "container_cpu_usage_seconds_total",
            "container_network_receive_bytes_total",
            "container_network_transmit_bytes_total",
            "container_fs_writes_bytes_total",
            "container_memory_working_set_bytes",
            "container_memory_rss",
            "go_goroutines",
            "process_open_fds",
            "worker_utilization_ratio")) {
      add(host, pod, name);
    }
    for (int i = 0; i < 4; i++) {
      add(host, pod, "queue_depth_messages", "queue", "q" + i);
      if (i < 3) {
        add(host, pod, "db_pool_connections", "state", "s" + i);
        add(host, pod, "cache_hit_ratio", "cache", "c" + i);
      }
      if (i < 2) {
        add(host, pod, "http_requests_in_flight", "handler", "h" + i);
      }
    }
    for (int i = 0; i < 26; i++) {
      add(host, pod, "unread_pod_" + i);
    }
  }

  private void add(int host, int pod, String name, String... labels) {
    int cluster = host % CLUSTERS.length;
    var all =
        Labels.builder()
            .set(Labels.METRIC_NAME, name)
            .set("cluster", CLUSTERS[cluster])
            .set("env", cluster == 4 ? "staging" : "production")
            .set("instance", "ip-10-" + cluster + "-0-" + host + ".compute.internal:9100")
            .set("job", "k8s-" + host / CLUSTERS.length % 5)
            .set("region", "region-" + cluster)
            .set("zone", "region-" + cluster + (char) ('a' + host / 25 % 3));
    if (pod >= 0) {
      int app = (host * 7 + pod) % 16;
      all.set("namespace", "namespace-" + app % 5)
          .set("container", "application-" + app)
          .set("pod", "application-" + app + "-" + host + "-" + pod);
    }
    for (int i = 0; i < labels.length; i += 2) {
      all.set(labels[i], labels[i + 1]);
    }
    series.add(all.build());
  }

  private static List<RuleGroup> groups(String yaml, int interval, int times) {
    var groups = new ArrayList<RuleGroup>();
    var rule = Pattern.compile("- record: (\\S+)\\s+expr: '([^\\n]+)'");
    for (int copy = 0; copy < times; copy++) {
      for (String group : yaml.split("- name: ", -1)) {
        var rules = new ArrayList<Rule>();
        var found = rule.matcher(group);
        while (found.find()) {
          String name = copy == 0 ? found.group(1) : found.group(1) + "_" + copy;
          rules.add(new RecordingRule(name, found.group(2), Map.of(), RulePlaces.NONE));
        }
        if (!rules.isEmpty()) {
          groups.add(
              new RuleGroup(
                  "/rules.yml",
                  "group" + groups.size(),
                  Duration.ofSeconds(interval),
                  Duration.ZERO,
                  0,
                  Map.of(),
                  rules,
                  Place.NONE));
        }
      }
    }
    return groups;
  }

  private static RuleSet set(List<RuleGroup> groups) {
    return RuleSet.of(
        groups,
        EngineOptions.defaults(),
        new AlertRule.Surroundings(
            Labels.EMPTY,
            "http://localhost:9090",
            Duration.ofMinutes(1),
            (rule, text) -> {
              throw new IllegalArgumentException("no templates here");
            }));
  }
}
