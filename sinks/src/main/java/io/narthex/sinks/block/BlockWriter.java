package io.narthex.sinks.block;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.codec.PageEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes one block, aside in a folder {@code <id>.tmp}; {@link #finish()} makes it durable and
 * gives it its name. Closing an unfinished writer removes what it wrote. Memory is bounded by the
 * labels of the block's series, not by its samples. Confined to one thread.
 */
public final class BlockWriter implements AutoCloseable {
  /** Rows of a page of floats at most. */
  public static final int PAGE_ROWS = 1024;

  /** Rows of a page of histograms at most: they are larger, and decoded together. */
  public static final int HISTOGRAM_PAGE_ROWS = 128;

  private final Path directory;
  private final String id = BlockId.next();
  private final Path folder;
  private final BlockOptions options;
  private final PageEncoder encoder = new PageEncoder();
  private final SeriesTableWriter series = new SeriesTableWriter();
  private final TimestampTableWriter timestamps;
  private final PageTableWriter pages;
  private long samples;
  private long minTime = Long.MAX_VALUE;
  private long maxTime = Long.MIN_VALUE;
  private @Nullable Labels previous;
  private boolean finished;

  private BlockWriter(Path directory, BlockOptions options) throws IOException {
    this.directory = directory;
    this.options = options;
    this.folder = directory.resolve(id + BlockFolder.UNFINISHED);
    Files.createDirectories(folder);
    this.timestamps = new TimestampTableWriter(folder.resolve(Tables.TIMESTAMPS), encoder);
    this.pages = new PageTableWriter(folder.resolve(Tables.PAGES));
  }

  /**
   * Begins a block.
   *
   * @param directory the folder of blocks, made if it is missing; the block becomes its child
   */
  public static BlockWriter create(Path directory, BlockOptions options) throws IOException {
    return new BlockWriter(directory, options);
  }

  /** The block's name to be. */
  public String id() {
    return id;
  }

  /**
   * Adds a series. One without samples is left out.
   *
   * @param labels greater, in label order, than those before
   * @param rows in order of time, each time once
   * @throws IllegalArgumentException if the order is another
   */
  public void addSeries(Labels labels, SampleBuffer rows) throws IOException {
    if (rows.size() == 0) {
      return;
    }
    checkOrder(labels, rows);
    series.add(labels, pages.next());
    int size = rows.size();
    for (int from = 0; from < size; ) {
      boolean histogram = rows.histogram(from) != null;
      int to = from + 1;
      while (to < size && (rows.histogram(to) != null) == histogram) {
        to++;
      }
      addPages(rows, from, to, histogram ? HISTOGRAM_PAGE_ROWS : PAGE_ROWS);
      from = to;
    }
    samples += size;
    minTime = Math.min(minTime, rows.timestamps()[0]);
    maxTime = Math.max(maxTime, rows.timestamps()[size - 1]);
  }

  private void checkOrder(Labels labels, SampleBuffer rows) {
    if (previous != null && previous.compareTo(labels) >= 0) {
      throw new IllegalArgumentException(labels + " after " + previous + ": not in label order");
    }
    previous = labels;
    long[] times = rows.timestamps();
    for (int i = 1; i < rows.size(); i++) {
      if (times[i] <= times[i - 1]) {
        throw new IllegalArgumentException(
            labels + ": time " + times[i] + " after " + times[i - 1] + ": not ascending");
      }
    }
  }

  /** Splits rows of one kind into as few pages as possible, of about equal size. */
  private void addPages(SampleBuffer rows, int from, int to, int pageRows) throws IOException {
    int count = to - from;
    int pageCount = (count + pageRows - 1) / pageRows;
    for (int p = 0; p < pageCount; p++) {
      int first = from + (int) ((long) count * p / pageCount);
      int end = from + (int) ((long) count * (p + 1) / pageCount);
      int times = timestamps.number(rows, first, end);
      int codec = encoder.values(rows, first, end, pages.values());
      encoder.statistics(rows, first, end, pages.statistics());
      pages.add(series.series() - 1, times, codec);
    }
  }

  /**
   * Completes the block: when this returns it is durable under its name. A block without series is
   * complete as well; the caller may not want it.
   */
  public BlockMeta finish() throws IOException {
    var files =
        Map.of(
            Tables.TIMESTAMPS, timestamps.finish(),
            Tables.PAGES, pages.finish(),
            Tables.SERIES, series.writeSeries(folder.resolve(Tables.SERIES)),
            Tables.POSTINGS, series.writePostings(folder.resolve(Tables.POSTINGS)));
    var meta =
        new BlockMeta(
            BlockMeta.VERSION,
            id,
            minTime,
            maxTime,
            series.series(),
            samples,
            options.level(),
            options.order() == 0 ? System.currentTimeMillis() : options.order(),
            options.sources(),
            files);
    MetaFile.write(folder, meta);
    BlockFolder.sync(folder);
    closeFiles();
    Files.move(folder, directory.resolve(id), StandardCopyOption.ATOMIC_MOVE);
    BlockFolder.sync(directory);
    finished = true;
    return meta;
  }

  private void closeFiles() throws IOException {
    try (timestamps) {
      pages.close();
    }
  }

  @Override
  public void close() throws IOException {
    if (!finished) {
      closeFiles();
      BlockFolder.delete(folder);
      finished = true;
    }
  }
}
