package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.LabelHash;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchBuilder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Decodes remote write 2.0: a Snappy block of {@code io.prometheus.write.v2.Request}. Labels are
 * put together from the request's symbols into canonical bytes; a string is checked once a request,
 * not once a series.
 *
 * <p>Invalid series and histograms are left out and reported, and the rest is kept. Source:
 * Prometheus Remote-Write 2.0 specification, release candidate 4.
 *
 * <p>Reusable; not thread-safe.
 */
public final class RemoteWrite2Decoder {
  private static final int VALUE = 1 << 3 | ProtoReader.FIXED64;
  private static final int TIMESTAMP = 2 << 3 | ProtoReader.VARINT;
  private static final int START_TIMESTAMP = 3 << 3 | ProtoReader.VARINT;

  /** Stands where there is no batch; nothing is ever put into it. */
  private static final SampleBatchBuilder NO_BATCH = SampleBatch.of(new Origin.RemoteWrite());

  private final int limit;
  private final ProtoReader in = new ProtoReader("remote-write 2.0 request");
  private final HistogramDecoder histograms = new HistogramDecoder();
  private final LabelBuffer labels = new LabelBuffer();
  private final SymbolTable symbols = new SymbolTable();
  private final References references = new References();
  private final References exemplarReferences = new References();
  private byte[] encoded = new byte[1024];

  private SampleBatchBuilder batch = NO_BATCH;
  private DecodingTally tally = new DecodingTally();
  private final Set<Described> described = new HashSet<>();
  private Described last = new Described(-1, 0, 0, 0);

  /** What a series says of its metric: symbols of name, help and unit. */
  private record Described(int name, long type, int help, int unit) {}

  public RemoteWrite2Decoder() {
    this(SnappyBlock.DEFAULT_LIMIT);
  }

  /**
   * Makes a decoder.
   *
   * @param limit most bytes of a decompressed request
   */
  public RemoteWrite2Decoder(int limit) {
    this.limit = limit;
  }

  /**
   * Decodes the compressed request in {@code body[from, to)}.
   *
   * @throws FaultException {@link Fault#BAD_DATA} if it is not a Snappy block, too large or not
   *     protobuf
   */
  public DecodedWrite decode(byte[] body, int from, int to) {
    return decodeMessage(SnappyBlock.decompress(body, from, to, limit));
  }

  /**
   * Decodes an uncompressed request.
   *
   * @throws FaultException {@link Fault#BAD_DATA} if it is not protobuf
   */
  public DecodedWrite decodeMessage(byte[] message) {
    batch = SampleBatch.of(new Origin.RemoteWrite());
    tally = new DecodingTally();
    described.clear();
    last = new Described(-1, 0, 0, 0);
    readSymbols(message);
    in.reset(message, 0, message.length);
    while (in.more()) {
      int tag = in.tag();
      if (tag == (5 << 3 | ProtoReader.BYTES)) {
        int outer = in.enter();
        int end = in.end;
        series();
        in.at = end;
        in.end = outer;
      } else {
        in.skip(tag);
      }
    }
    var result = tally.result(batch.build());
    batch = NO_BATCH;
    in.clear();
    symbols.clear();
    return result;
  }

  /** The symbols come first, since nothing says that they stand before the series. */
  private void readSymbols(byte[] message) {
    symbols.reset(message);
    in.reset(message, 0, message.length);
    while (in.more()) {
      int tag = in.tag();
      if (tag == (4 << 3 | ProtoReader.BYTES)) {
        int length = in.length();
        symbols.add(in.at, in.at + length);
        in.at += length;
      } else {
        in.skip(tag);
      }
    }
  }

  private void series() {
    int from = in.at;
    int samples = 0;
    int histogramCount = 0;
    int metadataAt = -1;
    references.size = 0;
    while (in.more()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> references.read(in, tag);
        case 2 -> {
          samples++;
          in.skip(tag);
        }
        case 3 -> {
          histogramCount++;
          in.skip(tag);
        }
        case 5 -> {
          in.expect(tag, ProtoReader.BYTES);
          metadataAt = in.at;
          in.skip(tag);
        }
        default -> in.skip(tag);
      }
    }
    if (begin(samples, histogramCount)) {
      if (metadataAt >= 0) {
        in.at = metadataAt;
        metadata();
      }
      in.at = from;
      rows();
    }
  }

  /** Begins the series in the batch, unless it is to be left out. */
  private boolean begin(int samples, int histogramCount) {
    String fault = symbols.fault(references.refs, references.size);
    if (fault != null) {
      tally.rejectSeries(samples + histogramCount, "parsing labels for series: " + fault);
      return false;
    }
    int size = bounded(references);
    if (size > encoded.length) {
      encoded = new byte[Math.max(2 * encoded.length, size)];
    }
    byte[] bytes = encoded;
    int length = symbols.encode(references.refs, references.size, encoded);
    if (length < 0) {
      labels.clear();
      symbols.addTo(labels, references.refs, references.size);
      fault = labels.seal(true);
      bytes = labels.bytes();
      length = labels.length();
    }
    if (fault != null) {
      tally.rejectSeries(
          samples + histogramCount, "invalid metric name or labels " + labels + ": " + fault);
      return false;
    }
    if ((samples == 0) == (histogramCount == 0)) {
      String wrong =
          samples == 0
              ? "TimeSeries must contain at least one sample or histogram for series "
              : "TimeSeries must contain either samples or histograms, not both, for series ";
      labels.clear();
      symbols.addTo(labels, references.refs, references.size);
      tally.rejectSeries(samples + histogramCount, wrong + labels);
      return false;
    }
    batch.series(bytes, 0, length, LabelHash.of(bytes, 0, length));
    return true;
  }

  /** Bytes that labels take in canonical form. */
  private int bounded(References references) {
    long size = symbols.encodedSize(references.refs, references.size);
    tally.labels(size);
    return (int) size;
  }

  private void rows() {
    while (in.more()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 2 -> sample(tag);
        case 3 -> histogram(tag);
        case 4 -> exemplar(tag);
        default -> in.skip(tag);
      }
    }
  }

  private void sample(int seriesTag) {
    in.expect(seriesTag, ProtoReader.BYTES);
    int outer = in.enter();
    double value = 0;
    long timestamp = 0;
    long start = 0;
    while (in.more()) {
      int tag = in.tag();
      if (tag == VALUE) {
        value = in.fixedDouble();
      } else if (tag == TIMESTAMP) {
        timestamp = in.varint();
      } else if (tag == START_TIMESTAMP) {
        start = in.varint();
      } else {
        in.skip(tag);
      }
    }
    in.end = outer;
    tally.bound(batch.rowCount());
    batch.value(timestamp, value);
    if (start != 0) {
      batch.startTimestamp(start);
    }
    tally.samples++;
  }

  private void histogram(int seriesTag) {
    in.expect(seriesTag, ProtoReader.BYTES);
    int outer = in.enter();
    var histogram = histograms.read(in);
    in.end = outer;
    String fault = histograms.fault;
    if (fault != null) {
      tally.rejectHistogram("invalid histogram: " + fault);
      return;
    }
    tally.bound(batch.rowCount());
    batch.histogram(histograms.timestamp, histogram);
    if (histograms.startTimestamp != 0) {
      batch.startTimestamp(histograms.startTimestamp);
    }
    tally.histogram(histogram);
  }

  private void exemplar(int seriesTag) {
    in.expect(seriesTag, ProtoReader.BYTES);
    int outer = in.enter();
    double value = 0;
    long timestamp = 0;
    exemplarReferences.size = 0;
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case 2 << 3 | ProtoReader.FIXED64 -> value = in.fixedDouble();
        case 3 << 3 | ProtoReader.VARINT -> timestamp = in.varint();
        default -> {
          if (tag >>> 3 == 1) {
            exemplarReferences.read(in, tag);
          } else {
            in.skip(tag);
          }
        }
      }
    }
    in.end = outer;
    String fault = symbols.fault(exemplarReferences.refs, exemplarReferences.size);
    if (fault == null) {
      bounded(exemplarReferences);
      labels.clear();
      symbols.addTo(labels, exemplarReferences.refs, exemplarReferences.size);
      fault = labels.seal(false);
    }
    if (fault != null) {
      tally.because("exemplar left out: " + fault);
      return;
    }
    batch.exemplar(labels.toLabels(), value, timestamp);
    tally.exemplar();
  }

  /** Adds what the series says of its metric, unless another series said the same. */
  private void metadata() {
    int outer = in.enter();
    long type = 0;
    long help = 0;
    long unit = 0;
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case 1 << 3 | ProtoReader.VARINT -> type = in.varint();
        case 3 << 3 | ProtoReader.VARINT -> help = in.varint();
        case 4 << 3 | ProtoReader.VARINT -> unit = in.varint();
        default -> in.skip(tag);
      }
    }
    in.end = outer;
    if (help < 0 || help >= symbols.size() || unit < 0 || unit >= symbols.size()) {
      if (help != 0 || unit != 0) {
        tally.because("metadata left out: its help or unit is no symbol of the table");
      }
      return;
    }
    int name = symbols.metricNameOf(references.refs, references.size);
    if (last.name == name && last.type == type && last.help == help && last.unit == unit) {
      return;
    }
    last = new Described(name, type, (int) help, (int) unit);
    String helpText = symbols.text(last.help);
    String unitText = symbols.text(last.unit);
    if ((type != 0 || !helpText.isEmpty() || !unitText.isEmpty()) && described.add(last)) {
      var known = RemoteWriteDecoder.type(type);
      tally.description();
      batch.metadata(
          new MetricMetadata(family(symbols.text(name), known), known, helpText, unitText));
    }
  }

  /** The metric family of a series: its name less the suffix of the series within the family. */
  private static String family(String name, MetricType type) {
    boolean composed =
        type == MetricType.HISTOGRAM
            || type == MetricType.GAUGEHISTOGRAM
            || type == MetricType.SUMMARY;
    if (composed) {
      for (String suffix : new String[] {"_bucket", "_count", "_sum"}) {
        if (name.endsWith(suffix)) {
          return name.substring(0, name.length() - suffix.length());
        }
      }
    }
    return name;
  }

  /** References to symbols, packed or not. */
  private static final class References {
    int[] refs = new int[64];
    int size;

    void read(ProtoReader in, int tag) {
      if ((tag & 7) == ProtoReader.VARINT) {
        add((int) in.varint());
        return;
      }
      in.expect(tag, ProtoReader.BYTES);
      int outer = in.enter();
      while (in.more()) {
        add((int) in.varint());
      }
      in.end = outer;
    }

    private void add(int reference) {
      if (size == refs.length) {
        refs = Arrays.copyOf(refs, 2 * size);
      }
      refs[size++] = reference;
    }
  }
}
