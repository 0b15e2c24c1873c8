package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.LabelHash;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Decodes remote write 1.0: a Snappy block of {@code prometheus.WriteRequest}. The batch lies over
 * the decompressed body: a series whose labels were sent in canonical form, which is what senders
 * do, is not copied. Labels in another order or form are rewritten inside the body, where they
 * never need more room than they had.
 *
 * <p>Senders repeat their series in the order in which the store got to know them. So the labels
 * that the store expects next are compared first, as a whole; only others are walked, checked and
 * hashed.
 *
 * <p>As in Prometheus, a series with invalid labels (no metric name, an empty or repeated name, bad
 * UTF-8) is left out and reported, and the rest is kept. Source: Prometheus Remote-Write 1.0
 * specification.
 *
 * <p>Reusable; not thread-safe. Between requests it holds nothing of the request before.
 */
public final class RemoteWriteDecoder {
  private static final int LABELS = 1 << 3 | ProtoReader.BYTES;
  private static final int SAMPLES = 2 << 3 | ProtoReader.BYTES;
  private static final int HISTOGRAMS = 4 << 3 | ProtoReader.BYTES;
  private static final int VALUE = 1 << 3 | ProtoReader.FIXED64;
  private static final int EXEMPLAR_VALUE = 2 << 3 | ProtoReader.FIXED64;
  private static final int TIMESTAMP = 2 << 3 | ProtoReader.VARINT;
  private static final int EXEMPLAR_TIMESTAMP = 3 << 3 | ProtoReader.VARINT;
  private static final int MOST_EXPECTED = 1 << 14;

  /** Stands where there is no batch; nothing is ever put into it. */
  private static final SampleBatchBuilder NO_BATCH = SampleBatch.of(new Origin.RemoteWrite());

  private static final MetricType[] TYPES = MetricType.values();

  private final int limit;
  private final KnownSeries known;
  private final ProtoReader in = new ProtoReader("remote-write request");
  private final HistogramDecoder histograms = new HistogramDecoder();
  private final LabelBuffer labels = new LabelBuffer();
  private final LabelBuffer exemplarLabels = new LabelBuffer();

  private SampleBatchBuilder batch = NO_BATCH;
  private DecodingTally tally = new DecodingTally();
  private KnownSeries.Numbering numbering = KnownSeries.Numbering.EMPTY;
  private int expected; // number of the series that probably comes next
  private int series; // of the last request
  private int rows; // likewise

  public RemoteWriteDecoder() {
    this(SnappyBlock.DEFAULT_LIMIT, KnownSeries.NONE);
  }

  /**
   * Makes a decoder.
   *
   * @param limit most bytes of a decompressed request
   * @param known what the store that the batches go to has
   */
  public RemoteWriteDecoder(int limit, KnownSeries known) {
    this.limit = limit;
    this.known = known;
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
   * Decodes an uncompressed request. The array becomes the batch's; it is not to be used any more.
   *
   * @throws FaultException {@link Fault#BAD_DATA} if it is not protobuf
   */
  public DecodedWrite decodeMessage(byte[] message) {
    numbering = known.numbering();
    expected = -1;
    batch =
        SampleBatch.of(new Origin.RemoteWrite())
            .over(message)
            .expecting(series, rows)
            .numbering(numbering);
    tally = new DecodingTally();
    in.reset(message, 0, message.length);
    while (in.more()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> {
          in.expect(tag, ProtoReader.BYTES);
          int outer = in.enter();
          int end = in.end;
          series();
          in.at = end;
          in.end = outer;
        }
        case 3 -> {
          in.expect(tag, ProtoReader.BYTES);
          int outer = in.enter();
          tally.description();
          batch.metadata(metadata());
          in.end = outer;
        }
        default -> in.skip(tag);
      }
    }
    series = Math.min(batch.seriesCount(), MOST_EXPECTED);
    rows = Math.min(batch.rowCount(), MOST_EXPECTED);
    var result = tally.result(batch.build());
    batch = NO_BATCH;
    numbering = KnownSeries.Numbering.EMPTY;
    in.clear();
    return result;
  }

  private void series() {
    int from = in.at;
    int number = expected;
    int labelsEnd = numbering.labelsEnd(number, in.bytes, from, in.end);
    if (labelsEnd < 0 || hasLabels(labelsEnd)) {
      number = -1;
      labelsEnd = CanonicalScan.labelsEnd(in.bytes, from, in.end);
      if (labelsEnd < 0 || hasLabels(labelsEnd)) {
        in.at = from;
        labelsEnd = rewrite(from);
        if (labelsEnd < 0) {
          return;
        }
      }
    }
    if (labelsEnd == in.end) {
      return;
    }
    begin(from, labelsEnd, number);
    in.at = labelsEnd;
    while (in.more()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 2 -> sample(tag);
        case 3 -> exemplar(tag);
        case 4 -> histogram(tag);
        default -> in.skip(tag);
      }
    }
  }

  private void begin(int from, int labelsEnd, int recognised) {
    int number = recognised;
    long hash;
    if (number >= 0) {
      hash = numbering.hash(number);
    } else {
      hash = LabelHash.of(in.bytes, from, labelsEnd);
      number = numbering.find(hash, in.bytes, from, labelsEnd);
    }
    batch.seriesAt(from, labelsEnd, hash, number);
    expected = number < 0 ? expected + 1 : number + 1;
  }

  /** Whether the fields at {@code from} hold another label. */
  private boolean hasLabels(int from) {
    for (in.at = from; in.more(); ) {
      int tag = in.tag();
      if (tag >>> 3 == 1) {
        return true;
      }
      in.skip(tag);
    }
    return false;
  }

  /**
   * Puts the labels of the series that the reader is narrowed to in canonical form, in front of its
   * other fields, and narrows the reader to what is left. Without empty values and with minimal
   * lengths they take no more room than before.
   *
   * @return the end of the labels, or −1 if they are invalid and the series is to be left out
   */
  private int rewrite(int from) {
    byte[] rest = new byte[in.end - from];
    int restEnd = 0;
    int samples = 0;
    labels.clear();
    while (in.more()) {
      int fieldFrom = in.at;
      int tag = in.tag();
      if (tag >>> 3 == 1) {
        in.expect(tag, ProtoReader.BYTES);
        label(labels);
        continue;
      }
      in.skip(tag);
      samples += tag == SAMPLES || tag == HISTOGRAMS ? 1 : 0;
      System.arraycopy(in.bytes, fieldFrom, rest, restEnd, in.at - fieldFrom);
      restEnd += in.at - fieldFrom;
    }
    String fault = labels.seal(true);
    if (fault != null) {
      tally.rejectSeries(samples, "invalid labels " + labels + ": " + fault);
      return -1;
    }
    System.arraycopy(labels.bytes(), 0, in.bytes, from, labels.length());
    int labelsEnd = from + labels.length();
    System.arraycopy(rest, 0, in.bytes, labelsEnd, restEnd);
    in.end = labelsEnd + restEnd;
    return labelsEnd;
  }

  /** Reads a length and the Label message that follows. */
  private void label(LabelBuffer into) {
    int outer = in.enter();
    LabelMessage.read(in, into);
    in.end = outer;
  }

  private void sample(int seriesTag) {
    in.expect(seriesTag, ProtoReader.BYTES);
    int outer = in.enter();
    double value = 0;
    long timestamp = 0;
    while (in.more()) {
      int tag = in.tag();
      if (tag == VALUE) {
        value = in.fixedDouble();
      } else if (tag == TIMESTAMP) {
        timestamp = in.varint();
      } else {
        in.skip(tag);
      }
    }
    in.end = outer;
    tally.bound(batch.rowCount());
    batch.value(timestamp, value);
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
    tally.histogram(histogram);
  }

  private void exemplar(int seriesTag) {
    in.expect(seriesTag, ProtoReader.BYTES);
    int outer = in.enter();
    double value = 0;
    long timestamp = 0;
    exemplarLabels.clear();
    while (in.more()) {
      int tag = in.tag();
      if (tag == LABELS) {
        label(exemplarLabels);
      } else if (tag == EXEMPLAR_VALUE) {
        value = in.fixedDouble();
      } else if (tag == EXEMPLAR_TIMESTAMP) {
        timestamp = in.varint();
      } else {
        in.skip(tag);
      }
    }
    in.end = outer;
    @Nullable String fault = exemplarLabels.seal(false);
    if (fault != null) {
      tally.because("exemplar left out: " + fault);
      return;
    }
    batch.exemplar(exemplarLabels.toLabels(), value, timestamp);
    tally.exemplar();
  }

  private MetricMetadata metadata() {
    var type = MetricType.UNKNOWN;
    String family = "";
    String help = "";
    String unit = "";
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case 1 << 3 | ProtoReader.VARINT -> type = type(in.varint());
        case 2 << 3 | ProtoReader.BYTES -> family = in.string();
        case 4 << 3 | ProtoReader.BYTES -> help = in.string();
        case 5 << 3 | ProtoReader.BYTES -> unit = in.string();
        default -> in.skip(tag);
      }
    }
    return new MetricMetadata(family, type, help, unit);
  }

  static MetricType type(long number) {
    return number >= 0 && number < TYPES.length ? TYPES[(int) number] : MetricType.UNKNOWN;
  }
}
