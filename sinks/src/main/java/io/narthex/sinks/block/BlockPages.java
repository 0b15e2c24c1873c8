package io.narthex.sinks.block;

import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.PageStatistics;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.codec.ByteInput;
import io.narthex.sinks.codec.ByteOutput;
import io.narthex.sinks.codec.Leaders;
import io.narthex.sinks.codec.MalformedPageException;
import io.narthex.sinks.codec.PageDecoder;
import io.narthex.sinks.codec.PageEncoder;
import io.narthex.sinks.codec.StatisticsCodec;
import io.narthex.sinks.codec.ValueCodec;
import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks pages of one series that overlap a range. A page that reaches out of the range is given
 * whole: its times, statistics and rows are those of the page. Confined to one thread.
 */
final class BlockPages implements PageCursor, Leaders {
  /** Columns of timestamps that a thread keeps decoded; a power of two. */
  private static final int KEPT_COLUMNS = 16;

  /** Columns that others follow that a thread keeps decoded; a power of two. */
  private static final int KEPT_LEADERS = 16;

  /** Decoders of a thread: some 300 KB of scratch, reused from page to page. */
  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private static final class Scratch {
    final PageDecoder decoder = new PageDecoder();
    final ByteInput times = new ByteInput();
    final ByteInput body = new ByteInput();
    // Series of one scrape share their timestamps, so neighbours ask for the same columns.
    final long[] keptBatches = new long[KEPT_COLUMNS];
    final int[] keptRows = new int[KEPT_COLUMNS];
    final long[][] keptColumns = new long[KEPT_COLUMNS][];

    // The buckets of a histogram follow one column, and are asked for together.
    final PageDecoder leaderDecoder = new PageDecoder();
    final ByteInput leaderBody = new ByteInput();
    final long[] leaderBatches = new long[KEPT_LEADERS];
    final int[] leaderRows = new int[KEPT_LEADERS];
    final long[][] leaders = new long[KEPT_LEADERS][0];

    /** The steps of a page that others follow; not to be changed. */
    long[] leader(MappedBatch batch, int row, int count) {
      int place = (int) (batch.id() * 7 + row) & (KEPT_LEADERS - 1);
      if (leaderBatches[place] != batch.id() || leaderRows[place] != row) {
        leaderBatches[place] = 0;
        if (leaders[place].length < count) {
          leaders[place] = new long[count];
        }
        batch.bytesAt(Tables.PAGES_VALUES, row, leaderBody);
        int codec = batch.byteAt(Tables.PAGES_CODEC, row);
        leaderDecoder.readSteps(leaderBody, codec, leaders[place], count);
        leaderBatches[place] = batch.id();
        leaderRows[place] = row;
      }
      return leaders[place];
    }

    /** The timestamps of a row of the table of timestamps; not to be changed. */
    long[] timestamps(MappedBatch batch, int row, int count) {
      int place = (int) (batch.id() * 7 + row) & (KEPT_COLUMNS - 1);
      if (keptBatches[place] == batch.id() && keptRows[place] == row) {
        return keptColumns[place];
      }
      batch.bytesAt(Tables.TIMESTAMPS_ENCODED, row, times);
      long[] column = decoder.readTimestamps(times, count);
      keptBatches[place] = batch.id();
      keptRows[place] = row;
      keptColumns[place] = column;
      return column;
    }
  }

  private final Block block;
  private final BatchIndex pages;
  private final BatchIndex timestamps;
  private final long from;
  private final long to;
  private final int end;
  private int page;
  private MappedBatch batch;
  private int row;
  private MappedBatch times;
  private int timesRow;
  private long minTime;
  private long maxTime;

  BlockPages(Block block, int firstPage, int end, long from, long to) {
    this.block = block;
    this.pages = block.pageIndex();
    this.timestamps = block.timestampIndex();
    this.page = firstPage - 1;
    this.end = end;
    this.from = from;
    this.to = to;
    this.batch = pages.batch(0);
    this.times = timestamps.batch(0);
  }

  /** Adds the starts of the aligned windows of time in which columns of timestamps have any. */
  static void addWindows(BatchIndex timestamps, long length, Set<Long> starts) {
    Scratch scratch = SCRATCH.get();
    for (int number = 0; timestamps.firstRow(number) < timestamps.rows(); number++) {
      MappedBatch batch = timestamps.batch(number);
      for (int row = 0; row < batch.rows(); row++) {
        long first = Math.floorDiv(batch.longAt(Tables.TIMESTAMPS_MIN, row), length);
        long last = Math.floorDiv(batch.longAt(Tables.TIMESTAMPS_MAX, row), length);
        starts.add(first * length);
        starts.add(last * length);
        if (last - first > 1) {
          int count = batch.intAt(Tables.TIMESTAMPS_COUNT, row);
          for (long time : scratch.timestamps(batch, row, count)) {
            starts.add(Math.floorDiv(time, length) * length);
          }
        }
      }
    }
  }

  @Override
  public boolean next() {
    while (++page < end) {
      locate();
      if (maxTime >= from) {
        return minTime <= to;
      }
    }
    return false;
  }

  private void locate() {
    int batchNumber = pages.batchOf(page);
    batch = pages.batch(batchNumber);
    row = page - pages.firstRow(batchNumber);
    int column = batch.intAt(Tables.PAGES_TIMESTAMPS, row);
    int timesBatch = timestamps.batchOf(column);
    times = timestamps.batch(timesBatch);
    timesRow = column - timestamps.firstRow(timesBatch);
    minTime = times.longAt(Tables.TIMESTAMPS_MIN, timesRow);
    maxTime = times.longAt(Tables.TIMESTAMPS_MAX, timesRow);
  }

  @Override
  public long minTime() {
    return minTime;
  }

  @Override
  public long maxTime() {
    return maxTime;
  }

  @Override
  public int count() {
    return times.intAt(Tables.TIMESTAMPS_COUNT, timesRow);
  }

  /** Number of the page's codec. */
  int codec() {
    return batch.byteAt(Tables.PAGES_CODEC, row);
  }

  /** Bytes of the page's encoded values. */
  int valueBytes() {
    return batch.lengthAt(Tables.PAGES_VALUES, row);
  }

  /** Bytes of the page's statistics. */
  int statisticsBytes() {
    return batch.lengthAt(Tables.PAGES_STATISTICS, row);
  }

  @Override
  public @Nullable PageStatistics statistics() {
    if (batch.lengthAt(Tables.PAGES_STATISTICS, row) == 0) {
      return null;
    }
    ByteInput body = SCRATCH.get().body;
    batch.bytesAt(Tables.PAGES_STATISTICS, row, body);
    try {
      return StatisticsCodec.read(body, count());
    } catch (RuntimeException e) {
      throw block.corrupt(e);
    }
  }

  @Override
  public void read(SampleBuffer into) {
    read(Long.MIN_VALUE, Long.MAX_VALUE, into);
  }

  /** Appends the rows of the page in {@code (after, until]}. */
  void read(long after, long until, SampleBuffer into) {
    Scratch scratch = SCRATCH.get();
    boolean whole = (after < minTime || after == Long.MIN_VALUE) && until >= maxTime;
    batch.bytesAt(Tables.PAGES_VALUES, row, scratch.body);
    int codec = batch.byteAt(Tables.PAGES_CODEC, row);
    try {
      long[] column = scratch.timestamps(times, timesRow, count());
      scratch.decoder.read(column, scratch.body, codec, this, whole, after, until, into);
    } catch (RuntimeException e) {
      throw block.corrupt(e);
    }
  }

  /**
   * The steps of the page that the current one follows; both have one column of timestamps.
   *
   * @throws MalformedPageException if there is none, or if it has another column of timestamps
   */
  @Override
  public long[] steps(long distance, int count) {
    if (distance <= 0 || distance > page) {
      throw new MalformedPageException("page " + page + " follows one " + distance + " before it");
    }
    int number = page - (int) distance;
    int batchNumber = pages.batchOf(number);
    var leaderBatch = pages.batch(batchNumber);
    int leaderRow = number - pages.firstRow(batchNumber);
    if (leaderBatch.intAt(Tables.PAGES_TIMESTAMPS, leaderRow)
        != batch.intAt(Tables.PAGES_TIMESTAMPS, row)) {
      throw new MalformedPageException("page " + page + " follows one of other times");
    }
    return SCRATCH.get().leader(leaderBatch, leaderRow, count);
  }

  /** Whether the page has native histograms. */
  boolean isOfHistograms() {
    return (codec() & ~PageEncoder.START_TIMESTAMPS) == ValueCodec.HISTOGRAM.ordinal();
  }

  /** Whether the page can be read without another one. */
  boolean standsAlone() {
    return (codec() & ~PageEncoder.START_TIMESTAMPS) != ValueCodec.FOLLOWING.ordinal();
  }

  /** Appends the times of the page's rows; their values are without meaning. */
  void readTimestamps(SampleBuffer into) {
    try {
      long[] column = SCRATCH.get().timestamps(times, timesRow, count());
      into.ensure(into.size() + column.length);
      System.arraycopy(column, 0, into.timestamps(), into.size(), column.length);
      into.grow(column.length);
    } catch (RuntimeException e) {
      throw block.corrupt(e);
    }
  }

  /**
   * Appends the page as it is encoded.
   *
   * @return its codec number
   */
  int copy(ByteOutput values, ByteOutput statistics) {
    copy(Tables.PAGES_VALUES, values);
    copy(Tables.PAGES_STATISTICS, statistics);
    return batch.byteAt(Tables.PAGES_CODEC, row);
  }

  private void copy(int buffer, ByteOutput out) {
    ByteBuffer bytes = batch.bytesAt(buffer, row);
    int length = bytes.remaining();
    out.ensure(length);
    bytes.get(out.bytes(), out.size(), length);
    out.grow(length);
  }
}
