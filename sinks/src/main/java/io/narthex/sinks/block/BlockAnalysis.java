package io.narthex.sinks.block;

import io.narthex.sinks.codec.ValueCodec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the bytes of a block are.
 *
 * @param meta what the block says of itself
 * @param files size of each file
 * @param pages number of pages
 * @param timestampColumns number of distinct columns of times
 * @param statisticsBytes bytes of the pages' statistics
 * @param codecs what the pages' values take, by codec
 * @param metrics what the pages' values and statistics take, by metric name; the dearest first
 * @param labels distinct values of each label name; the most first
 */
public record BlockAnalysis(
    BlockMeta meta,
    Map<String, Long> files,
    long pages,
    long timestampColumns,
    long statisticsBytes,
    List<CodecCost> codecs,
    List<MetricCost> metrics,
    List<LabelCount> labels) {

  private static final int CODEC_BITS = 0x3F;

  public BlockAnalysis {
    files = Map.copyOf(files);
    codecs = List.copyOf(codecs);
    metrics = List.copyOf(metrics);
    labels = List.copyOf(labels);
  }

  /** Pages of one codec; {@code bytes} are those of their values. */
  public record CodecCost(ValueCodec codec, long pages, long samples, long bytes) {}

  /** Series of one metric name; {@code bytes} are those of their values and statistics. */
  public record MetricCost(String name, long series, long samples, long bytes) {}

  /** A label name and how many values it has. */
  public record LabelCount(String name, long values) {}

  /** Bytes of all files a sample; 0 for a block without samples. */
  public double bytesPerSample() {
    return meta.samples() == 0 ? 0 : (double) meta.sizeInBytes() / meta.samples();
  }

  /**
   * Looks through a block.
   *
   * @param limit longest list of metrics and of labels
   * @throws io.narthex.pipeline.fault.FaultException {@code CORRUPT_BLOCK} if it cannot be read
   */
  public static BlockAnalysis of(Block block, int limit) {
    var codecs = new EnumMap<ValueCodec, long[]>(ValueCodec.class);
    var metrics = new HashMap<String, long[]>();
    long statistics = 0;
    for (int id = 0; id < block.meta().series(); id++) {
      var ofMetric = metrics.computeIfAbsent(block.labels(id).get("__name__"), name -> new long[3]);
      ofMetric[0]++;
      var cursor = block.cursor(id, Long.MIN_VALUE, Long.MAX_VALUE);
      while (cursor.next()) {
        var ofCodec =
            codecs.computeIfAbsent(
                ValueCodec.of(cursor.codec() & CODEC_BITS), codec -> new long[3]);
        ofCodec[0]++;
        ofCodec[1] += cursor.count();
        ofCodec[2] += cursor.valueBytes();
        ofMetric[1] += cursor.count();
        ofMetric[2] += cursor.valueBytes() + cursor.statisticsBytes();
        statistics += cursor.statisticsBytes();
      }
    }
    var files = new TreeMap<String, Long>();
    block.meta().files().forEach((name, file) -> files.put(name, file.size()));
    return new BlockAnalysis(
        block.meta(),
        files,
        block.pageCount(),
        block.timestampIndex().rows(),
        statistics,
        codecs(codecs),
        metrics(metrics, limit),
        labels(block, limit));
  }

  private static List<CodecCost> codecs(Map<ValueCodec, long[]> sums) {
    var all = new ArrayList<CodecCost>();
    sums.forEach((codec, sum) -> all.add(new CodecCost(codec, sum[0], sum[1], sum[2])));
    return all;
  }

  private static List<MetricCost> metrics(Map<String, long[]> sums, int limit) {
    var all = new ArrayList<MetricCost>();
    sums.forEach((name, sum) -> all.add(new MetricCost(name, sum[0], sum[1], sum[2])));
    all.sort(
        Comparator.comparingLong(MetricCost::bytes).reversed().thenComparing(MetricCost::name));
    return all.subList(0, Math.min(limit, all.size()));
  }

  private static List<LabelCount> labels(Block block, int limit) {
    var all = new ArrayList<LabelCount>();
    for (var name : block.postings().names()) {
      all.add(new LabelCount(name, block.postings().values(name).size()));
    }
    all.sort(
        Comparator.comparingLong(LabelCount::values).reversed().thenComparing(LabelCount::name));
    return all.subList(0, Math.min(limit, all.size()));
  }
}
