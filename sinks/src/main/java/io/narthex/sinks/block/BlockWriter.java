package io.narthex.sinks.block;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.codec.PageEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes one block, aside in a folder {@code <id>.tmp}; {@link #finish()} makes it durable and
 * gives it its name. Closing an unfinished writer removes what it wrote. Memory is bounded by the
 * labels of the block's series, not by its samples. Confined to one thread.
 */
public final class BlockWriter implements AutoCloseable {
  /** Rows of a page of floats at most. */
  public static final int PAGE_ROWS = 1024;

  /** Rows of a page of floats at most in dense blocks: eight hours of a scrape each 15 s. */
  private static final int DENSE_PAGE_ROWS = 2048;

  /** Rows of a page of histograms at most: they are larger, and decoded together. */
  public static final int HISTOGRAM_PAGE_ROWS = 128;

  /** Rows of a page at least that follows another. */
  private static final int LEAST_FOLLOWING = 64;

  private final Path directory;
  private final String id = BlockId.next();
  private Path folder; // where the files are: aside, and in the end under the block's name
  private final BlockOptions options;
  private final PageEncoder encoder = new PageEncoder();
  private final BucketLeaders leaders = new BucketLeaders();
  private final SeriesTableWriter series = new SeriesTableWriter();
  private final TimestampTableWriter timestamps;
  private final PageTableWriter pages;
  private long samples;
  private long minTime = Long.MAX_VALUE;
  private long maxTime = Long.MIN_VALUE;
  private final SampleBuffer copied = new SampleBuffer(PAGE_ROWS);
  private @Nullable Labels current;
  private long currentEnd;
  private boolean currentAdded;
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

  /** Bytes of the encoded samples, so far. */
  public long sizeInBytes() {
    return pages.sizeInBytes();
  }

  /** Series that have samples, so far. */
  public int seriesCount() {
    return series.series();
  }

  /**
   * Adds a series. One without samples is left out.
   *
   * @param labels greater, in label order, than those before
   * @param rows in order of time, each time once
   * @throws IllegalArgumentException if the order is another
   */
  public void addSeries(Labels labels, SampleBuffer rows) throws IOException {
    beginSeries(labels);
    addRows(rows);
  }

  /**
   * Begins a series, whose rows and pages follow. It is left out if none do.
   *
   * @param labels greater, in label order, than those before
   * @throws IllegalArgumentException if the order is another
   */
  public void beginSeries(Labels labels) {
    if (current != null && current.compareTo(labels) >= 0) {
      throw new IllegalArgumentException(labels + " after " + current + ": not in label order");
    }
    current = labels;
    leaders.begin(labels);
    currentEnd = Long.MIN_VALUE;
    currentAdded = false;
  }

  /**
   * Adds rows of the current series.
   *
   * @param rows in order of time, later than those before
   * @throws IllegalArgumentException if the order is another
   */
  public void addRows(SampleBuffer rows) throws IOException {
    int size = rows.size();
    long[] times = rows.timestamps();
    for (int i = 0; i < size; i++) {
      if (times[i] <= currentEnd && (currentAdded || i > 0)) {
        throw new IllegalArgumentException(
            current + ": time " + times[i] + " after " + currentEnd + ": not ascending");
      }
      currentEnd = times[i];
    }
    for (int from = 0; from < size; ) {
      boolean histogram = rows.histogram(from) != null;
      int to = from + 1;
      while (to < size && (rows.histogram(to) != null) == histogram) {
        to++;
      }
      addPages(rows, from, to, histogram ? HISTOGRAM_PAGE_ROWS : pageRows());
      from = to;
    }
  }

  private int pageRows() {
    return options.dense() ? DENSE_PAGE_ROWS : PAGE_ROWS;
  }

  /**
   * Whether a page is good enough to be copied into the current series: not if it is short, follows
   * another, or may follow or be followed.
   */
  public boolean copies(PageCursor page) {
    boolean free = !(options.dense() && leaders.isMember()) && ((BlockPages) page).standsAlone();
    int most = ((BlockPages) page).isOfHistograms() ? HISTOGRAM_PAGE_ROWS : pageRows();
    return free && page.count() >= most / 2;
  }

  /**
   * Copies the page at which a cursor of {@link Block#pages} stands into the current series, as it
   * is encoded.
   *
   * @throws IllegalArgumentException if it begins before what was added
   */
  public void copyPage(PageCursor page) throws IOException {
    if (page.minTime() <= currentEnd && currentAdded) {
      throw new IllegalArgumentException(
          current + ": a page from " + page.minTime() + " after " + currentEnd);
    }
    var source = (BlockPages) page;
    copied.clear();
    source.readTimestamps(copied);
    int codec = source.copy(pages.values(), pages.statistics());
    int column = timestamps.number(copied, 0, copied.size());
    addPage(copied, 0, copied.size(), column, codec);
    currentEnd = page.maxTime();
  }

  /** Splits rows of one kind into as few pages as possible, of about equal size. */
  private void addPages(SampleBuffer rows, int from, int to, int pageRows) throws IOException {
    int count = to - from;
    int pageCount = (count + pageRows - 1) / pageRows;
    for (int p = 0; p < pageCount; p++) {
      int first = from + (int) ((long) count * p / pageCount);
      int end = from + (int) ((long) count * (p + 1) / pageCount);
      int column = timestamps.number(rows, first, end);
      int codec = encoder.values(rows, first, end, pages.values());
      if (mayFollow(rows, first, end)) {
        codec = follow(rows, first, end, column, codec);
      }
      encoder.statistics(rows, first, end, pages.statistics());
      addPage(rows, first, end, column, codec);
    }
  }

  private boolean mayFollow(SampleBuffer rows, int from, int to) {
    return options.dense()
        && leaders.isMember()
        && to - from >= LEAST_FOLLOWING
        && rows.histogram(from) == null;
  }

  private int follow(SampleBuffer rows, int from, int to, int column, int codec) {
    BucketLeaders.@Nullable Leader leader = leaders.of(column);
    if (leader == null) {
      leaders.offer(column, pages.next(), rows.values(), from, to - from);
      return codec;
    }
    int distance = pages.next() - leader.page();
    return encoder.follow(rows, from, to, codec, leader.steps(), distance, pages.values());
  }

  private void addPage(SampleBuffer rows, int from, int to, int column, int codec)
      throws IOException {
    if (!currentAdded) {
      series.add(Objects.requireNonNull(current, "no series was begun"), pages.next());
      currentAdded = true;
    }
    pages.add(column, codec);
    samples += to - from;
    minTime = Math.min(minTime, rows.timestamps()[from]);
    maxTime = Math.max(maxTime, rows.timestamps()[to - 1]);
  }

  /**
   * Completes the block: when this returns it is durable under its name; if it fails, closing the
   * writer removes what was written. A block without series is complete as well; the caller may not
   * want it.
   */
  public BlockMeta finish() throws IOException {
    return finish(options.sources());
  }

  /**
   * As {@link #finish()}, naming the blocks that this one replaces.
   *
   * @param sources see {@link BlockOptions}
   */
  public BlockMeta finish(List<String> sources) throws IOException {
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
            sources,
            files);
    MetaFile.write(folder, meta);
    BlockFolder.sync(folder);
    closeFiles();
    folder = Files.move(folder, directory.resolve(id), StandardCopyOption.ATOMIC_MOVE);
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
      if (folder.endsWith(id)) { // it must not be taken for one that was acknowledged
        BlockFolder.remove(folder);
      } else {
        BlockFolder.delete(folder);
      }
      finished = true;
    }
  }
}
