package io.narthex.sources.scrape;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.ScrapeContext.Report;
import io.narthex.pipeline.wire.ExpositionParser;
import io.narthex.pipeline.wire.ExpositionParser.Entry;
import io.narthex.pipeline.wire.LabelBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes batches of a target's scrapes and remembers what staleness needs: which series the last
 * scrape had. Calls must not overlap; they may come from different threads.
 */
final class TargetSeries {
  /** A sample further ahead of its scrape than this is left out. */
  private static final long MOST_AHEAD_MILLIS = 600_000;

  private final LabelBuffer exposed = new LabelBuffer();
  private final MetadataNotes notes = new MetadataNotes();
  private final KnownSeries known;
  private TargetSplit split;
  private SeriesLabels joiner;
  private HistogramLimits histogramLimits;
  private SeriesTable table = new SeriesTable();
  private int[] live = new int[64]; // entries to be marked when they vanish
  private int liveCount;
  private int[] seen = new int[64]; // those of the scrape that is read
  private int seenCount;
  private int number; // of the scrape that is read; from 1
  private int lastGood; // number of the last scrape that succeeded
  private boolean reported;

  TargetSeries(TargetSplit split) {
    this(split, KnownSeries.NONE);
  }

  /**
   * Series of a target that were not scraped yet.
   *
   * @param known the series of the store that the batches go to
   */
  TargetSeries(TargetSplit split, KnownSeries known) {
    this.split = split;
    this.known = known;
    this.joiner = new SeriesLabels(split);
    this.histogramLimits = new HistogramLimits(split.config());
    addReports();
  }

  /**
   * What came of a scrape.
   *
   * @param error why it failed; null if it did not
   * @param newMetadata what the target says of its families, if that has changed; null otherwise
   */
  record Outcome(
      SampleBatch batch, @Nullable String error, @Nullable List<MetricMetadata> newMetadata) {}

  /**
   * A scrape, besides its samples.
   *
   * @param timestamp of the samples, milliseconds
   * @param begunNanos when it began, by {@link System#nanoTime}
   * @param bodyBytes of the exposition, decompressed; −1 if it was too large
   */
  record Scrape(long timestamp, long begunNanos, long bodyBytes) {}

  /** From now on the target has these settings; the labels that identify it are the same. */
  void use(TargetSplit next) {
    if (next.equals(split)) {
      return;
    }
    boolean sameNames =
        next.config().honorLabels() == split.config().honorLabels()
            && next.config().utf8Names() == split.config().utf8Names();
    split = next;
    joiner = new SeriesLabels(next);
    histogramLimits = new HistogramLimits(next.config());
    if (!sameNames) {
      table.forgetNames();
    }
  }

  /** Reads the exposition in {@code bytes[0, length)}. A fault in it makes the scrape fail. */
  Outcome success(byte[] bytes, int length, String contentType, Scrape scrape, ScrapedRows rows) {
    begin(rows);
    try {
      read(Expositions.parser(bytes, length, contentType, split.config()), scrape, rows);
    } catch (FaultException | ScrapeException e) {
      return failed(scrape, rows, String.valueOf(e.getMessage()));
    }
    return succeeded(scrape, rows);
  }

  /** A scrape without an exposition. */
  Outcome failure(String error, Scrape scrape, ScrapedRows rows) {
    begin(rows);
    return failed(scrape, rows, error);
  }

  /**
   * The end of the target: whatever it reported goes stale. Its series and its report series come
   * apart, since metric relabelling is for the former only. Empty if it never reported.
   */
  List<SampleBatch> end(long timestamp) {
    if (!reported) {
      return List.of();
    }
    var writer = writer(timestamp, false);
    writer.samplesEnd();
    for (int i = 0; i < liveCount; i++) {
      writer.stale(live[i]);
    }
    liveCount = 0;
    reported = false;
    return List.of(writer.withoutReport(), writer(timestamp, false).reportEnd());
  }

  private ScrapeBatchWriter writer(long timestamp, boolean ownTimes) {
    return new ScrapeBatchWriter(split, table, known.numbering(), timestamp, ownTimes);
  }

  private void begin(ScrapedRows rows) {
    rows.clear();
    number++;
    seenCount = 0;
    table.rewind();
    notes.begin();
  }

  private void read(ExpositionParser parser, Scrape scrape, ScrapedRows rows) {
    boolean honorTimes = split.config().honorTimestamps();
    boolean trackOwn = split.config().trackTimestampsStaleness();
    long latest = scrape.timestamp() + MOST_AHEAD_MILLIS;
    while (true) {
      int guess = table.guess();
      if (guess >= 0) {
        parser.expect(table.names(), table.nameFrom(guess), table.nameTo(guess));
      }
      var entry = parser.next();
      if (entry == Entry.END) {
        return;
      }
      if (entry != Entry.SERIES && entry != Entry.HISTOGRAM) {
        notes.note(entry, parser);
        continue;
      }
      int series =
          guess >= 0 && parser.asExpected()
              ? table.confirm(guess)
              : table.find(parser.bytes(), parser.seriesFrom(), parser.seriesTo());
      if (series < 0) {
        parser.labels(exposed);
        var labels = joiner.join(exposed);
        series = table.add(parser.bytes(), parser.seriesFrom(), parser.seriesTo(), labels);
      }
      boolean own = honorTimes && parser.hasTimestamp();
      long time = own ? parser.timestamp() : scrape.timestamp();
      if (time > latest) {
        rows.left++;
        continue;
      }
      int row = rows.add(series, time, parser.value());
      rows.ownTimes |= own;
      if (see(series, !own || trackOwn)) {
        rows.fresh(row);
      }
      details(parser, entry, rows, row);
    }
  }

  private void details(ExpositionParser parser, Entry entry, ScrapedRows rows, int row) {
    if (entry == Entry.HISTOGRAM) {
      var histogram = parser.histogram();
      if (histogram != null) {
        rows.histogram(row, histogramLimits.apply(histogram));
      }
    }
    long start = parser.startTimestamp();
    if (start != 0) {
      rows.start(row, start);
    }
    for (var e = parser.nextExemplar(); e != null; e = parser.nextExemplar()) {
      rows.exemplars.add(new ScrapedRows.RowExemplar(row, e));
    }
  }

  /** Notes that the scrape has the series; true if that is new to the last good scrape. */
  private boolean see(int series, boolean track) {
    int before = table.seenIn(series);
    if (before == number) {
      return false;
    }
    table.see(series, number);
    if (track) {
      if (seenCount == seen.length) {
        seen = Arrays.copyOf(seen, 2 * seenCount);
      }
      seen[seenCount++] = series;
    }
    return before == 0 || before < lastGood;
  }

  private Outcome succeeded(Scrape scrape, ScrapedRows rows) {
    var writer = writer(scrape.timestamp(), rows.ownTimes);
    writer.samples(rows);
    markVanished(writer, rows);
    int[] free = live;
    live = seen;
    liveCount = seenCount;
    seen = free;
    lastGood = number;
    reported = true;
    boolean told = notes.end(rows.freshCount > 0);
    var known = told ? notes.known() : List.<MetricMetadata>of();
    var batch = writer.report(scrape, rows, 1, known);
    tidy();
    return new Outcome(batch, null, told ? known : null);
  }

  private Outcome failed(Scrape scrape, ScrapedRows rows, String error) {
    var writer = writer(scrape.timestamp(), false);
    writer.samplesEnd();
    for (int i = 0; i < liveCount; i++) {
      writer.stale(live[i]);
    }
    liveCount = 0;
    reported = true;
    return new Outcome(writer.report(scrape, rows, 0, List.of()), error, null);
  }

  /**
   * Marks the series that the last scrape had and this one has not. A series whose name in the
   * exposition is new may be an old one spelled otherwise.
   */
  private void markVanished(ScrapeBatchWriter writer, ScrapedRows rows) {
    long[] freshHashes = null;
    for (int i = 0; i < liveCount; i++) {
      int entry = live[i];
      if (table.seenIn(entry) == number) {
        continue;
      }
      if (freshHashes == null) {
        freshHashes = rows.freshHashes(table);
      }
      if (Arrays.binarySearch(freshHashes, table.labelHash(entry)) < 0) {
        writer.stale(entry);
      }
    }
  }

  /** Lets go of series that are long gone, once they are the most. */
  private void tidy() {
    if (!table.isMostlyGone(liveCount)) {
      return;
    }
    int size = table.size();
    int[] kept = new int[size];
    int[] moved = new int[size];
    int count = 0;
    for (int entry = 0; entry < size; entry++) {
      if (entry < Report.values().length || table.seenIn(entry) == number) {
        moved[entry] = count;
        kept[count++] = entry;
      }
    }
    for (int i = 0; i < liveCount; i++) {
      live[i] = moved[live[i]];
    }
    table = table.retained(kept, count);
  }

  /** The report series are the first entries; no exposition names a series by a zero byte. */
  private void addReports() {
    for (var report : Report.values()) {
      byte[] name = {0, (byte) report.ordinal()};
      Labels labels = joiner.report(report.metric());
      table.add(name, 0, name.length, labels);
    }
  }
}
