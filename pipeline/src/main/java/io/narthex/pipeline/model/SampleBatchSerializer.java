package io.narthex.pipeline.model;

import io.narthex.pipeline.model.RelabelRule.Action;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Flink's serializer of {@link SampleBatch}: flat copies of the columns. Each record begins with
 * the version of its layout; an unknown version is refused.
 *
 * <pre>{@code
 * version u8 | flags u8 | ackId i64 | origin | seriesCount i32 | rowCount i32
 * | series: { label bytes length i32, hash i64 } | label bytes | [rows of each series i32] | timestamps i64 (1 or rows)
 * | values i64 bits | [histograms] | [start timestamps i64] | exemplars | metadata
 * }</pre>
 */
public final class SampleBatchSerializer extends TypeSerializerSingleton<SampleBatch> {
  public static final SampleBatchSerializer INSTANCE = new SampleBatchSerializer();

  private static final long serialVersionUID = 1;
  private static final int VERSION = 1;
  private static final int SHARED_TIMESTAMP = 1;
  private static final int MANY_ROWS = 2;
  private static final int HISTOGRAMS = 4;
  private static final int START_TIMESTAMPS = 8;

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public SampleBatch createInstance() {
    return SampleBatch.of(new Origin.RemoteWrite()).build();
  }

  @Override
  public SampleBatch copy(SampleBatch from) {
    return from;
  }

  @Override
  public SampleBatch copy(SampleBatch from, SampleBatch reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(SampleBatch batch, DataOutputView out) throws IOException {
    out.writeByte(VERSION);
    out.writeByte(
        (batch.hasSharedTimestamp() ? SHARED_TIMESTAMP : 0)
            | (batch.oneRowEach() ? 0 : MANY_ROWS)
            | (batch.hasHistograms() ? HISTOGRAMS : 0)
            | (batch.hasStartTimestamps() ? START_TIMESTAMPS : 0));
    out.writeLong(batch.ackId());
    writeOrigin(batch.origin(), out);
    int series = batch.seriesCount();
    int rows = batch.rowCount();
    out.writeInt(series);
    out.writeInt(rows);
    for (int s = 0; s < series; s++) {
      out.writeInt(batch.labelTo(s) - batch.labelFrom(s));
      out.writeLong(batch.hash(s));
    }
    for (int s = 0; s < series; s++) {
      out.write(batch.labelBytes(), batch.labelFrom(s), batch.labelTo(s) - batch.labelFrom(s));
    }
    if (!batch.oneRowEach()) {
      for (int s = 0; s < series; s++) {
        out.writeInt(batch.firstRow(s + 1) - batch.firstRow(s));
      }
    }
    if (batch.hasSharedTimestamp()) {
      out.writeLong(batch.timestamp(0));
    } else {
      for (int row = 0; row < rows; row++) {
        out.writeLong(batch.timestamp(row));
      }
    }
    for (int row = 0; row < rows; row++) {
      out.writeLong(Double.doubleToRawLongBits(batch.value(row)));
    }
    if (batch.hasHistograms()) {
      for (int row = 0; row < rows; row++) {
        writeHistogram(batch.histogram(row), out);
      }
    }
    if (batch.hasStartTimestamps()) {
      for (int row = 0; row < rows; row++) {
        out.writeLong(batch.startTimestamp(row));
      }
    }
    writeExemplars(batch.exemplars(), out);
    writeMetadata(batch.metadata(), out);
  }

  @Override
  public SampleBatch deserialize(DataInputView in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new IOException("sample batch version " + version + " is not known to this build");
    }
    int flags = in.readUnsignedByte();
    long ackId = in.readLong();
    var c = new SampleBatch.Columns(readOrigin(in));
    c.ackId = ackId;
    c.seriesCount = in.readInt();
    c.rowCount = in.readInt();
    readLabels(c, in);
    if ((flags & MANY_ROWS) != 0) {
      int[] firstRow = new int[c.seriesCount + 1];
      for (int s = 0; s < c.seriesCount; s++) {
        firstRow[s + 1] = firstRow[s] + in.readInt();
      }
      c.firstRow = firstRow;
    }
    c.sharedTimestamp = (flags & SHARED_TIMESTAMP) != 0;
    c.timestamps = readLongs(c.sharedTimestamp ? 1 : c.rowCount, in);
    c.values = new double[c.rowCount];
    for (int row = 0; row < c.rowCount; row++) {
      c.values[row] = Double.longBitsToDouble(in.readLong());
    }
    if ((flags & HISTOGRAMS) != 0) {
      var histograms = new @Nullable FloatHistogram[c.rowCount];
      for (int row = 0; row < c.rowCount; row++) {
        histograms[row] = readHistogram(in);
      }
      c.histograms = histograms;
    }
    if ((flags & START_TIMESTAMPS) != 0) {
      c.startTimestamps = readLongs(c.rowCount, in);
    }
    c.exemplars = readExemplars(in);
    c.metadata = readMetadata(in);
    return new SampleBatch(c);
  }

  @Override
  public SampleBatch deserialize(SampleBatch reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    serialize(deserialize(in), out);
  }

  @Override
  public TypeSerializerSnapshot<SampleBatch> snapshotConfiguration() {
    return new Snapshot();
  }

  private static void readLabels(SampleBatch.Columns c, DataInputView in) throws IOException {
    c.labelFrom = new int[c.seriesCount];
    c.labelTo = new int[c.seriesCount];
    c.hashes = new long[c.seriesCount];
    int at = 0;
    for (int s = 0; s < c.seriesCount; s++) {
      c.labelFrom[s] = at;
      at += in.readInt();
      c.labelTo[s] = at;
      c.hashes[s] = in.readLong();
    }
    c.labelBytes = new byte[at];
    in.readFully(c.labelBytes);
  }

  private static void writeOrigin(Origin origin, DataOutputView out) throws IOException {
    if (origin instanceof Origin.Scrape scrape) {
      out.writeByte(1);
      writeText(scrape.job(), out);
      writeText(scrape.target(), out);
      writeContext(scrape.context(), out);
    } else if (origin instanceof Origin.RemoteWrite) {
      out.writeByte(2);
    } else if (origin instanceof Origin.Push push) {
      out.writeByte(3);
      writeText(push.protocol(), out);
    } else if (origin instanceof Origin.Rules rules) {
      out.writeByte(4);
      writeText(rules.group(), out);
    } else if (origin instanceof Origin.Import) {
      out.writeByte(5);
    } else {
      throw new IOException("no encoding for origin " + origin);
    }
  }

  private static Origin readOrigin(DataInputView in) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case 1 -> new Origin.Scrape(readText(in), readText(in), readContext(in));
      case 2 -> new Origin.RemoteWrite();
      case 3 -> new Origin.Push(readText(in));
      case 4 -> new Origin.Rules(readText(in));
      case 5 -> new Origin.Import();
      default -> throw new IOException("unknown origin " + kind);
    };
  }

  private static void writeContext(@Nullable ScrapeContext context, DataOutputView out)
      throws IOException {
    out.writeBoolean(context != null);
    if (context == null) {
      return;
    }
    out.writeInt(context.rules().size());
    for (var rule : context.rules()) {
      out.writeInt(rule.sourceLabels().size());
      for (var label : rule.sourceLabels()) {
        writeText(label, out);
      }
      writeText(rule.separator(), out);
      writeText(rule.regex(), out);
      out.writeLong(rule.modulus());
      writeText(rule.targetLabel(), out);
      writeText(rule.replacement(), out);
      writeText(rule.action().name(), out);
    }
    var limits = context.limits();
    out.writeInt(limits.samples());
    out.writeInt(limits.labels());
    out.writeInt(limits.labelNameLength());
    out.writeInt(limits.labelValueLength());
    out.writeInt(context.staleFrom());
    out.writeInt(context.reportFrom());
    writeLongs(context.firstSeen(), out);
  }

  private static @Nullable ScrapeContext readContext(DataInputView in) throws IOException {
    if (!in.readBoolean()) {
      return null;
    }
    var rules = new ArrayList<RelabelRule>();
    for (int left = in.readInt(); left > 0; left--) {
      var sources = new ArrayList<String>();
      for (int labels = in.readInt(); labels > 0; labels--) {
        sources.add(readText(in));
      }
      rules.add(
          new RelabelRule(
              sources,
              readText(in),
              readText(in),
              in.readLong(),
              readText(in),
              readText(in),
              Action.valueOf(readText(in))));
    }
    var limits = new ScrapeContext.Limits(in.readInt(), in.readInt(), in.readInt(), in.readInt());
    return new ScrapeContext(
        rules, limits, in.readInt(), in.readInt(), readLongs(in.readInt(), in));
  }

  private static void writeHistogram(@Nullable FloatHistogram h, DataOutputView out)
      throws IOException {
    out.writeBoolean(h != null);
    if (h == null) {
      return;
    }
    out.writeByte(h.hint().ordinal());
    out.writeInt(h.schema());
    writeDouble(h.zeroThreshold(), out);
    writeDouble(h.zeroCount(), out);
    writeDouble(h.count(), out);
    writeDouble(h.sum(), out);
    writeInts(h.positiveSpans(), out);
    writeDoubles(h.positiveBuckets(), out);
    writeInts(h.negativeSpans(), out);
    writeDoubles(h.negativeBuckets(), out);
    writeDoubles(h.customValues(), out);
  }

  private static @Nullable FloatHistogram readHistogram(DataInputView in) throws IOException {
    if (!in.readBoolean()) {
      return null;
    }
    return new FloatHistogram(
        FloatHistogram.ResetHint.values()[in.readUnsignedByte()],
        in.readInt(),
        readDouble(in),
        readDouble(in),
        readDouble(in),
        readDouble(in),
        readInts(in),
        readDoubles(in),
        readInts(in),
        readDoubles(in),
        readDoubles(in));
  }

  private static void writeExemplars(List<Exemplar> exemplars, DataOutputView out)
      throws IOException {
    out.writeInt(exemplars.size());
    for (var exemplar : exemplars) {
      out.writeInt(exemplar.series());
      byte[] labels = exemplar.labels().bytes();
      out.writeInt(labels.length);
      out.write(labels);
      writeDouble(exemplar.value(), out);
      out.writeLong(exemplar.timestamp());
    }
  }

  private static List<Exemplar> readExemplars(DataInputView in) throws IOException {
    var exemplars = new ArrayList<Exemplar>();
    for (int left = in.readInt(); left > 0; left--) {
      int series = in.readInt();
      byte[] labels = new byte[in.readInt()];
      in.readFully(labels);
      exemplars.add(
          new Exemplar(
              series, Labels.ofTrusted(labels, 0, labels.length), readDouble(in), in.readLong()));
    }
    return exemplars;
  }

  private static void writeMetadata(List<MetricMetadata> metadata, DataOutputView out)
      throws IOException {
    out.writeInt(metadata.size());
    for (var entry : metadata) {
      writeText(entry.family(), out);
      out.writeByte(entry.type().ordinal());
      writeText(entry.help(), out);
      writeText(entry.unit(), out);
    }
  }

  private static List<MetricMetadata> readMetadata(DataInputView in) throws IOException {
    var metadata = new ArrayList<MetricMetadata>();
    for (int left = in.readInt(); left > 0; left--) {
      metadata.add(
          new MetricMetadata(
              readText(in),
              MetricMetadata.MetricType.values()[in.readUnsignedByte()],
              readText(in),
              readText(in)));
    }
    return metadata;
  }

  /** Texts may be longer than the 64 KiB that writeUTF takes. */
  private static void writeText(String text, DataOutputView out) throws IOException {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputView in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
  }

  private static void writeDouble(double value, DataOutputView out) throws IOException {
    out.writeLong(Double.doubleToRawLongBits(value));
  }

  private static double readDouble(DataInputView in) throws IOException {
    return Double.longBitsToDouble(in.readLong());
  }

  private static void writeLongs(long[] values, DataOutputView out) throws IOException {
    out.writeInt(values.length);
    for (long value : values) {
      out.writeLong(value);
    }
  }

  private static long[] readLongs(int count, DataInputView in) throws IOException {
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.readLong();
    }
    return values;
  }

  private static void writeInts(int[] values, DataOutputView out) throws IOException {
    out.writeInt(values.length);
    for (int value : values) {
      out.writeInt(value);
    }
  }

  private static int[] readInts(DataInputView in) throws IOException {
    int[] values = new int[in.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readInt();
    }
    return values;
  }

  private static void writeDoubles(double[] values, DataOutputView out) throws IOException {
    out.writeInt(values.length);
    for (double value : values) {
      writeDouble(value, out);
    }
  }

  private static double[] readDoubles(DataInputView in) throws IOException {
    double[] values = new double[in.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = readDouble(in);
    }
    return values;
  }

  /** What a checkpoint keeps of the serializer. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<SampleBatch> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
