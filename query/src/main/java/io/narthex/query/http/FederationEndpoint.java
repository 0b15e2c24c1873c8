package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code /federate}: the newest sample of each selected series, for another Prometheus to scrape.
 * All samples are taken at one moment before the first is written.
 */
final class FederationEndpoint {
  /** What is kept of a sample besides the bytes of its labels and a histogram. */
  private static final long SAMPLE_BYTES = 200;

  private static final String PLAIN = "text/plain; charset=utf-8";

  private final SampleStore store;
  private final ServerFacts facts;
  private final QuerySyntax syntax;
  private final Clock clock;
  private final long lookbackMillis;
  private final AnswerMemory memory;

  FederationEndpoint(ApiServices services, ApiOptions options, Clock clock, AnswerMemory memory) {
    this.memory = memory;
    this.store = services.store();
    this.facts = services.facts();
    this.syntax = new QuerySyntax(options.language(), memory);
    this.clock = clock;
    this.lookbackMillis = options.lookback().toMillis();
  }

  List<Route> routes() {
    var methods = EnumSet.of(Route.Verb.GET);
    return List.of(new Route("/federate", methods, true, Route.Pool.QUERY, this::federate));
  }

  /**
   * The newest sample of a series.
   *
   * @param value of a float sample
   * @param histogram null for a float sample
   */
  record Newest(
      String name,
      Labels labels,
      long timestamp,
      double value,
      @Nullable FloatHistogram histogram) {
    static final Comparator<Newest> BY_NAME =
        Comparator.comparing(Newest::name).thenComparing(Newest::labels);
  }

  /** Samples that were found, with what they take. */
  private static final class Gathered {
    private static final long PIECE = 1 << 20;

    private final Map<Labels, Newest> byLabels;
    private final AnswerMemory.Account account;
    private long bytes;
    private long counted;

    Gathered(Map<Labels, Newest> byLabels, AnswerMemory.Account account) {
      this.byLabels = byLabels;
      this.account = account;
    }

    void put(Newest newest) {
      var histogram = newest.histogram;
      bytes += SAMPLE_BYTES + newest.labels.bytes().length;
      bytes += histogram == null ? 0 : histogram.sizeInBytes();
      if (bytes > counted) {
        counted = bytes + PIECE;
        account.hold(counted);
      }
      byLabels.put(newest.labels, newest);
    }
  }

  private Reply federate(Call call) {
    List<List<Matcher>> selectors;
    try {
      selectors = syntax.matchers(call.parameters().all("match[]"), call);
    } catch (FaultException e) {
      if (e.fault() != Fault.BAD_DATA) {
        throw e;
      }
      return new Reply.Whole(400, PLAIN, (e.getMessage() + "\n").getBytes(UTF_8));
    }
    var format = AnswerFormat.acceptedOfFederation(call.accept());
    boolean histograms = format.messages() != null; // which the text format does not have
    long now = clock.millis();
    var found = new Gathered(new HashMap<>(), memory.open(call));
    for (var matchers : selectors) {
      if (!matchers.isEmpty()) {
        collect(matchers, now, histograms, call, found);
      }
    }
    var samples = new ArrayList<>(found.byLabels.values());
    samples.sort(Newest.BY_NAME);
    JsonBody body =
        format.messages() == null
            ? new FederationBody(samples.iterator(), externalLabels(), format.escaping())
            : new FederationMessages(
                samples, externalLabels(), format.messages(), format.escaping());
    return new Reply.Text(format.contentType(), body);
  }

  private void collect(
      List<Matcher> matchers, long now, boolean histograms, Call call, Gathered found) {
    long from = now - lookbackMillis;
    var selector = new SampleStore.Selector(matchers, from, now, false);
    var buffer = new SampleBuffer();
    try (var selection = store.select(selector)) {
      for (int series = 0; series < selection.size(); series++) {
        if (call.cancellation().isCancelled()) {
          throw new FaultException(Fault.CANCELED, "the client is gone");
        }
        buffer.clear();
        selection.read(series, from - 1, now, buffer);
        int last = buffer.size() - 1;
        if (last >= 0) {
          var labels = selection.labels(series);
          String name = labels.metricName();
          double value = buffer.values()[last];
          var histogram = buffer.histogram(last);
          // No format has stale markers.
          boolean shown =
              histogram == null ? !StaleMarker.is(value) : histograms && !histogram.isStale();
          if (shown && !name.isEmpty()) {
            long at = buffer.timestamps()[last];
            found.put(new Newest(name, labels, at, value, histogram));
          }
        }
      }
    }
  }

  /**
   * Labels that each sample gets unless it has them; an empty instance keeps the scraper's own
   * away.
   */
  private Map<String, String> externalLabels() {
    var labels = new TreeMap<String, String>();
    var configuration = facts.configuration();
    if (configuration != null) {
      labels.putAll(configuration.global().externalLabels());
    }
    labels.putIfAbsent("instance", "");
    return labels;
  }
}
