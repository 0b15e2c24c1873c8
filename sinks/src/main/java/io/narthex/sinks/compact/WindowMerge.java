package io.narthex.sinks.compact;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.block.BlockWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Merges what some blocks have in one window of time, series by series in label order. Memory is
 * bounded: a series is read in slices. Confined to one thread.
 */
final class WindowMerge {
  /** Rows gathered before pages are made of them. */
  private static final int GATHERED_ROWS = 16 * BlockWriter.PAGE_ROWS;

  /** Length in milliseconds of the slices in which overlapping samples are merged. */
  private static final long SLICE = 6 * 3_600_000L;

  private final BlockWriter writer;
  private final Tombstones tombstones;
  private final Pace pace;
  private final long start;
  private final long end;
  private final SampleBuffer pending = new SampleBuffer(BlockWriter.PAGE_ROWS);
  private SampleBuffer merged = new SampleBuffer(BlockWriter.PAGE_ROWS);
  private SampleBuffer spare = new SampleBuffer(BlockWriter.PAGE_ROWS);
  private final SampleBuffer read = new SampleBuffer(BlockWriter.PAGE_ROWS);

  /** The next series of a block; among equal labels the older write comes first. */
  private static final class Input {
    final Block block;
    final int age;
    int id = -1;
    Labels labels = Labels.EMPTY;

    Input(Block block, int age) {
      this.block = block;
      this.age = age;
    }

    boolean next() {
      id++;
      if (id >= block.meta().series()) {
        return false;
      }
      labels = block.labelsOnce(id);
      return true;
    }
  }

  /** A series of one block. */
  private record Source(Block block, int id, int age, long min, long max, long[] deleted) {}

  /**
   * A merge of a window.
   *
   * @param start first millisecond
   * @param end last millisecond
   */
  WindowMerge(BlockWriter writer, Tombstones tombstones, Pace pace, long start, long end) {
    this.writer = writer;
    this.tombstones = tombstones;
    this.pace = pace;
    this.start = start;
    this.end = end;
  }

  /**
   * Merges.
   *
   * @param blocks the oldest write first
   */
  void merge(List<Block> blocks) throws IOException {
    var queue =
        new PriorityQueue<Input>(
            Comparator.<Input, Labels>comparing(input -> input.labels)
                .thenComparing(input -> input.age));
    for (int age = 0; age < blocks.size(); age++) {
      var input = new Input(blocks.get(age), age);
      if (input.next()) {
        queue.add(input);
      }
    }
    List<Source> sources = new ArrayList<>();
    long written = 0;
    while (!queue.isEmpty()) {
      Labels labels = queue.element().labels;
      sources.clear();
      while (!queue.isEmpty() && queue.element().labels.equals(labels)) {
        Input input = queue.remove();
        addSource(input, sources);
        if (input.next()) {
          queue.add(input);
        }
      }
      mergeSeries(labels, sources);
      pace.worked(writer.sizeInBytes() - written);
      written = writer.sizeInBytes();
    }
  }

  /** Adds the series if it has samples in the window. */
  private void addSource(Input input, List<Source> sources) {
    PageCursor pages = input.block.pages(input.id, start, end);
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    while (pages.next()) {
      min = Math.min(min, Math.max(start, pages.minTime()));
      max = Math.max(max, Math.min(end, pages.maxTime()));
    }
    if (min <= max) {
      long[] deleted = tombstones.deleted(input.block, input.id);
      sources.add(new Source(input.block, input.id, input.age, min, max, deleted));
    }
  }

  private void mergeSeries(Labels labels, List<Source> sources) throws IOException {
    if (sources.isEmpty()) {
      return;
    }
    writer.beginSeries(labels);
    List<Source> byTime = new ArrayList<>(sources);
    byTime.sort(Comparator.comparingLong(Source::min));
    boolean apart = true;
    for (int i = 1; i < byTime.size(); i++) {
      apart &= byTime.get(i).min > byTime.get(i - 1).max;
    }
    if (apart) {
      for (Source source : byTime) {
        append(source);
      }
    } else {
      mergeSlices(sources, byTime.get(0).min);
    }
    flush();
  }

  /** Appends a source behind what there is: whole pages as they are, the rest decoded. */
  private void append(Source source) throws IOException {
    PageCursor pages = source.block.pages(source.id, start, end);
    while (pages.next()) {
      boolean whole =
          source.deleted.length == 0 && pages.minTime() >= start && pages.maxTime() <= end;
      if (whole && writer.copies(pages)) {
        flush();
        writer.copyPage(pages);
      } else if (whole) {
        pages.read(pending);
        flushIfLarge();
      } else {
        read.clear();
        pages.read(read);
        copyRows(read, source.deleted, start, end, pending);
        flushIfLarge();
      }
    }
  }

  private void mergeSlices(List<Source> oldestFirst, long min) throws IOException {
    long last = oldestFirst.stream().mapToLong(Source::max).max().orElse(end);
    for (long from = min; from <= last; from += SLICE) {
      long to = Math.min(last, from + SLICE - 1);
      merged.clear();
      for (Source source : oldestFirst) {
        read.clear();
        source.block.read(source.id, from - 1, to, read);
        mergeNewer(source.deleted);
      }
      copyRows(merged, new long[0], Long.MIN_VALUE, Long.MAX_VALUE, pending);
      flushIfLarge();
    }
  }

  /** Merges what was read, which is newer, into what was merged before. */
  private void mergeNewer(long[] deleted) {
    if (read.size() == 0) {
      return;
    }
    spare.clear();
    int older = 0;
    for (int newer = 0; newer < read.size(); newer++) {
      long time = read.timestamps()[newer];
      if (isDeleted(time, deleted)) {
        continue;
      }
      while (older < merged.size() && merged.timestamps()[older] < time) {
        copyRow(merged, older++, spare);
      }
      if (older < merged.size() && merged.timestamps()[older] == time) {
        older++;
      }
      copyRow(read, newer, spare);
    }
    while (older < merged.size()) {
      copyRow(merged, older++, spare);
    }
    SampleBuffer swapped = merged;
    merged = spare;
    spare = swapped;
  }

  private static void copyRows(
      SampleBuffer from, long[] deleted, long first, long last, SampleBuffer to) {
    for (int i = 0; i < from.size(); i++) {
      long time = from.timestamps()[i];
      if (time >= first && time <= last && !isDeleted(time, deleted)) {
        copyRow(from, i, to);
      }
    }
  }

  private static boolean isDeleted(long time, long[] deleted) {
    for (int i = 0; i < deleted.length; i += 2) {
      if (time >= deleted[i] && time <= deleted[i + 1]) {
        return true;
      }
    }
    return false;
  }

  private static void copyRow(SampleBuffer from, int row, SampleBuffer to) {
    var histogram = from.histogram(row);
    if (histogram == null) {
      to.add(from.timestamps()[row], from.values()[row]);
    } else {
      to.add(from.timestamps()[row], histogram);
    }
    to.startTimestamp(from.startTimestamp(row));
  }

  private void flushIfLarge() throws IOException {
    if (pending.size() >= GATHERED_ROWS) {
      flush();
    }
  }

  private void flush() throws IOException {
    if (pending.size() > 0) {
      writer.addRows(pending);
      pending.clear();
    }
  }
}
