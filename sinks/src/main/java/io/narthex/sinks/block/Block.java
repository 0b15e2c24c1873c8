package io.narthex.sinks.block;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.index.Postings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An immutable block, open for reading. Series have numbers from 0 in label order.
 *
 * <p>It is counted who holds it: {@link #open} counts one, {@link #retain} one more, and {@link
 * #release} one less. A block that is to be deleted is, when nobody holds it any longer. Safe for
 * use by several threads.
 */
public final class Block {
  private static final Logger LOGGER = LoggerFactory.getLogger(Block.class);

  private final Path folder;
  private final BlockMeta meta;
  private final BlockSeries series;
  private final BlockPostings postings;
  private final BatchIndex pages;
  private final BatchIndex timestamps;
  private final KeptLabels labels;
  private final AtomicInteger holders = new AtomicInteger(1);
  private final List<MappedTable> tables = new ArrayList<>();
  private final AtomicReference<@Nullable FaultException> damage = new AtomicReference<>();
  private volatile boolean deleted;

  private Block(Path folder, BlockMeta meta) {
    this.folder = folder;
    this.meta = meta;
    var seriesTable = table(Tables.SERIES, Tables.SERIES_FIELDS);
    var postingsTable = table(Tables.POSTINGS, Tables.POSTINGS_FIELDS);
    this.pages = new BatchIndex(table(Tables.PAGES, Tables.PAGES_FIELDS).batches());
    this.timestamps = new BatchIndex(table(Tables.TIMESTAMPS, Tables.TIMESTAMPS_FIELDS).batches());
    try {
      this.series = new BlockSeries(seriesTable);
      this.labels = new KeptLabels(series.size());
      this.postings = new BlockPostings(postingsTable, series.size());
    } catch (IndexOutOfBoundsException e) {
      throw corrupt(e);
    }
  }

  /**
   * Opens a block. Files are mapped; their bytes are verified when they are first used.
   *
   * @throws FaultException {@code CORRUPT_BLOCK} if a file is missing, damaged or of a version that
   *     this program does not read; the message names the file
   */
  public static Block open(Path folder) {
    return new Block(folder, MetaFile.read(folder));
  }

  private MappedTable table(String name, String fields) {
    Path file = folder.resolve(name);
    @Nullable FileSummary summary = meta.files().get(name);
    if (summary == null) {
      throw MappedTable.corrupt(file, "is not listed in " + MetaFile.NAME, null);
    }
    var table = MappedTable.open(file, summary, fields, this::damaged);
    tables.add(table);
    return table;
  }

  /**
   * What was found damaged first; null if nothing was. What lies in undamaged parts of the files
   * can be read all the same.
   */
  public @Nullable FaultException damage() {
    return damage.get();
  }

  private void damaged(FaultException fault) {
    damage.compareAndSet(null, fault);
  }

  /**
   * Reads all files.
   *
   * @throws FaultException {@code CORRUPT_BLOCK} if a byte is not as it was written
   */
  public void verify() {
    tables.forEach(MappedTable::verifyAll);
  }

  /** Number of pages. */
  public long pageCount() {
    return pages.rows();
  }

  public BlockMeta meta() {
    return meta;
  }

  public Path folder() {
    return folder;
  }

  /** The block's postings; valid as long as the block is held. */
  public Postings postings() {
    return postings;
  }

  /** Labels of a series; the same object each time as long as they are kept. */
  public Labels labels(int id) {
    @Nullable Labels known = labels.get(id);
    return known == null ? labels.keep(id, series.labels(id)) : known;
  }

  /** As {@link #labels}, for somebody who reads all series once: nothing more is kept. */
  public Labels labelsOnce(int id) {
    @Nullable Labels known = labels.get(id);
    return known == null ? series.labels(id) : known;
  }

  /** Keeps this object as the labels of a series; it equals those that were read. */
  public void share(int id, Labels equal) {
    labels.share(id, equal);
  }

  /**
   * The pages of a series that overlap the range, ends included, in order of time. A page that
   * reaches out of the range is given whole.
   */
  public PageCursor pages(int id, long from, long to) {
    return cursor(id, from, to);
  }

  /** Appends the samples of a series in {@code (after, to]}, in order of time. */
  public void read(int id, long after, long to, SampleBuffer into) {
    BlockPages cursor = cursor(id, after == Long.MAX_VALUE ? after : after + 1, to);
    while (cursor.next()) {
      cursor.read(after, to, into);
    }
  }

  /**
   * Starts of the windows of time in which the block has samples.
   *
   * @param length of the windows in milliseconds; they are aligned to multiples of it
   */
  public SortedSet<Long> windows(long length) {
    var starts = new TreeSet<Long>();
    try {
      BlockPages.addWindows(timestamps, length, starts);
    } catch (RuntimeException e) {
      throw corrupt(e);
    }
    return starts;
  }

  BlockPages cursor(int id, long from, long to) {
    int first = series.firstPage(id);
    int end = id + 1 < series.size() ? series.firstPage(id + 1) : pages.rows();
    return new BlockPages(this, first, end, from, to);
  }

  BatchIndex pageIndex() {
    return pages;
  }

  BatchIndex timestampIndex() {
    return timestamps;
  }

  FaultException corrupt(RuntimeException cause) {
    if (cause instanceof FaultException fault) {
      return fault;
    }
    var fault = MappedTable.corrupt(folder, "has a malformed page: " + cause.getMessage(), cause);
    damaged(fault);
    return fault;
  }

  /**
   * Holds the block.
   *
   * @return false if it is closed already
   */
  public boolean retain() {
    int held = holders.get();
    while (held > 0) {
      if (holders.compareAndSet(held, held + 1)) {
        return true;
      }
      held = holders.get();
    }
    return false;
  }

  /** Whether somebody holds the block besides the one who opened it. */
  public boolean isShared() {
    return holders.get() > 1;
  }

  /**
   * Lets the block go; the last one closes it, and deletes it where it is to be. If that fails, the
   * log says so: who lets go last has nothing to do with it, and at the next start it is done
   * again.
   */
  public void release() {
    int held = holders.decrementAndGet();
    if (held < 0) {
      throw new IllegalStateException(folder + " is released more often than retained");
    }
    if (held == 0) {
      labels.clear();
      series.clear();
    }
    if (held == 0 && deleted) {
      try {
        BlockFolder.remove(folder);
      } catch (IOException e) {
        LOGGER.error("{} cannot be removed; the next start removes it", folder, e);
      }
    }
  }

  /** Has the block's folder deleted as soon as nobody holds it; the caller still releases it. */
  public void deleteWhenReleased() {
    deleted = true;
  }

  @Override
  public String toString() {
    return "Block[" + meta.id() + "]";
  }
}
