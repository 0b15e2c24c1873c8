package io.narthex.sinks.block;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What a block says of itself in {@code meta.json}.
 *
 * @param version of the format
 * @param id name of the block and of its folder
 * @param minTime of its first sample, in milliseconds; greater than {@code maxTime} if it is empty
 * @param maxTime of its last sample
 * @param series number of series
 * @param samples number of samples, histograms included
 * @param level see {@link BlockOptions}
 * @param order see {@link BlockOptions}
 * @param sources see {@link BlockOptions}
 * @param files the block's files by name
 */
public record BlockMeta(
    int version,
    String id,
    long minTime,
    long maxTime,
    long series,
    long samples,
    int level,
    long order,
    List<String> sources,
    Map<String, FileSummary> files) {

  /** The version that is written, and the only one that is read. */
  public static final int VERSION = 2;

  /** Older blocks first; where two have a sample of one time, the later of them wins. */
  public static final Comparator<BlockMeta> OLDEST_FIRST =
      Comparator.comparingLong(BlockMeta::order).thenComparing(BlockMeta::id);

  public BlockMeta {
    sources = List.copyOf(sources);
    files = Map.copyOf(files);
  }

  /** Bytes of the block's files. */
  public long sizeInBytes() {
    return files.values().stream().mapToLong(FileSummary::size).sum();
  }

  /** Whether it may have samples in the range, ends included. */
  public boolean overlaps(long from, long to) {
    return samples > 0 && minTime <= to && maxTime >= from;
  }
}
