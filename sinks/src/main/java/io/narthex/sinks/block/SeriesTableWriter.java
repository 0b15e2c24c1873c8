package io.narthex.sinks.block;

import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.Labels;
import io.narthex.sinks.codec.ByteOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.roaringbitmap.RoaringBitmap;

/**
 * Gathers the labels of a block's series, and writes tables {@code series} and {@code postings}
 * from them: about 150 bytes of memory a series. Confined to one thread.
 */
final class SeriesTableWriter {
  private final BytesDictionary names = new BytesDictionary();
  private final BytesDictionary values = new BytesDictionary();
  private final PairIndex pairs = new PairIndex();
  private final LabelBytes.Walker walker = new LabelBytes.Walker();
  private int[] firstPages = new int[1 << 8];
  private int[] labelEnds = new int[1 << 8]; // from index 1
  private int[] labelNames = new int[1 << 10];
  private int[] labelValues = new int[1 << 10];
  private int labels;
  private int series;

  int series() {
    return series;
  }

  /** Adds the next series, whose pages begin with this one. */
  void add(Labels set, int firstPage) {
    byte[] bytes = set.bytes();
    for (walker.reset(bytes, 0, bytes.length); walker.next(); ) {
      int name = names.number(bytes, walker.nameFrom, walker.nameTo);
      int value = values.number(bytes, walker.valueFrom, walker.valueTo);
      if (labels == labelNames.length) {
        labelNames = Arrays.copyOf(labelNames, 2 * labels);
        labelValues = Arrays.copyOf(labelValues, 2 * labels);
      }
      labelNames[labels] = name;
      labelValues[labels++] = value;
      pairs.add(name, value, series);
    }
    if (series + 1 == labelEnds.length) {
      firstPages = Arrays.copyOf(firstPages, 2 * labelEnds.length);
      labelEnds = Arrays.copyOf(labelEnds, 2 * labelEnds.length);
    }
    firstPages[series++] = firstPage;
    labelEnds[series] = labels;
  }

  FileSummary writeSeries(Path file) throws IOException {
    int nameWidth = Tables.indexWidth(names.size());
    int valueWidth = Tables.indexWidth(values.size());
    try (var table = new TableWriter(file, Tables.series(nameWidth, valueWidth))) {
      table.dictionary(Tables.NAMES_DICTIONARY, dictionary(names, natural(names.size())));
      table.dictionary(Tables.VALUES_DICTIONARY, dictionary(values, natural(values.size())));
      for (int from = 0; from == 0 || from < series; from += Tables.SERIES_BATCH_ROWS) {
        int to = Math.min(series, from + Tables.SERIES_BATCH_ROWS);
        table.compressedBatch(batch(from, to, nameWidth, valueWidth), Tables.SERIES_FIRST_PAGE);
      }
      return table.finish();
    }
  }

  private TableWriter.Body batch(int from, int to, int nameWidth, int valueWidth) {
    int rows = to - from;
    int firstLabel = labelEnds[from];
    int count = labelEnds[to] - firstLabel;
    var pages = new ByteOutput(4 * rows + 4);
    var offsets = new ByteOutput(4 * rows + 4);
    offsets.writeInt(0);
    for (int i = from; i < to; i++) {
      pages.writeInt(firstPages[i]);
      offsets.writeInt(labelEnds[i + 1] - firstLabel);
    }
    return new TableWriter.Body(
        rows,
        new int[] {rows, rows, count, count, count},
        List.of(
            Slice.EMPTY,
            Slice.of(pages),
            Slice.EMPTY,
            Slice.of(offsets),
            Slice.EMPTY,
            Slice.EMPTY,
            indices(labelNames, firstLabel, count, nameWidth),
            Slice.EMPTY,
            indices(labelValues, firstLabel, count, valueWidth)));
  }

  FileSummary writePostings(Path file) throws IOException {
    int[] sortedNames = sorted(names);
    int[] nameRanks = ranks(sortedNames);
    int[] valueRanks = ranks(sorted(values));
    int[] order =
        IntStream.range(0, pairs.size())
            .boxed()
            .sorted(
                (a, b) -> {
                  int byName = Integer.compare(nameRanks[pairs.name(a)], nameRanks[pairs.name(b)]);
                  return byName != 0
                      ? byName
                      : Integer.compare(valueRanks[pairs.value(a)], valueRanks[pairs.value(b)]);
                })
            .mapToInt(Integer::intValue)
            .toArray();
    int[] rankColumn = new int[order.length];
    var texts = new BinaryColumn();
    var bitmaps = new BinaryColumn();
    for (int row = 0; row < order.length; row++) {
      int pair = order[row];
      rankColumn[row] = nameRanks[pairs.name(pair)];
      byte[] value = values.entry(pairs.value(pair));
      texts.data().write(value, 0, value.length);
      texts.end();
      writeBitmap(pairs.ids(pair), pairs.count(pair), bitmaps.data());
      bitmaps.end();
    }
    int width = Tables.indexWidth(names.size());
    try (var table = new TableWriter(file, Tables.postings(width))) {
      table.dictionary(Tables.NAMES_DICTIONARY, dictionary(names, sortedNames));
      int rows = order.length;
      table.batch(
          new TableWriter.Body(
              rows,
              new int[] {rows, rows, rows},
              List.of(
                  Slice.EMPTY,
                  indices(rankColumn, 0, rows, width),
                  Slice.EMPTY,
                  texts.offsets(),
                  texts.bytes(),
                  Slice.EMPTY,
                  bitmaps.offsets(),
                  bitmaps.bytes())));
      return table.finish();
    }
  }

  private static void writeBitmap(int[] ids, int count, ByteOutput out) {
    var bitmap = RoaringBitmap.bitmapOf(Arrays.copyOf(ids, count));
    bitmap.runOptimize();
    int size = bitmap.serializedSizeInBytes();
    out.ensure(size);
    bitmap.serialize(ByteBuffer.wrap(out.bytes(), out.size(), size));
    out.grow(size);
  }

  private static TableWriter.Body dictionary(BytesDictionary entries, int[] order) {
    var column = new BinaryColumn();
    for (int number : order) {
      byte[] entry = entries.entry(number);
      column.data().write(entry, 0, entry.length);
      column.end();
    }
    return new TableWriter.Body(
        order.length,
        new int[] {order.length},
        List.of(Slice.EMPTY, column.offsets(), column.bytes()));
  }

  private static int[] natural(int size) {
    return IntStream.range(0, size).toArray();
  }

  /** Numbers of the entries in byte order. */
  private static int[] sorted(BytesDictionary entries) {
    return IntStream.range(0, entries.size())
        .boxed()
        .sorted((a, b) -> Arrays.compareUnsigned(entries.entry(a), entries.entry(b)))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static int[] ranks(int[] order) {
    int[] ranks = new int[order.length];
    for (int rank = 0; rank < order.length; rank++) {
      ranks[order[rank]] = rank;
    }
    return ranks;
  }

  private static Slice indices(int[] numbers, int from, int count, int width) {
    var out = new ByteOutput(Math.max(16, Math.multiplyExact(count, width)));
    for (int i = from; i < from + count; i++) {
      switch (width) {
        case 1 -> out.write(numbers[i]);
        case 2 -> {
          out.write(numbers[i]);
          out.write(numbers[i] >> 8);
        }
        default -> out.writeInt(numbers[i]);
      }
    }
    return Slice.of(out);
  }
}
