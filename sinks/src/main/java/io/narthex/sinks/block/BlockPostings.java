package io.narthex.sinks.block;

import io.narthex.sinks.index.Postings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/** Postings of a block: rows sorted by name and value, found by binary search in the mapping. */
final class BlockPostings implements Postings {
  private static final RoaringBitmap NONE = new RoaringBitmap();

  private final MappedBatch batch;
  private final int width;
  private final List<String> names;
  private final int[] firstRows;
  private final RoaringBitmap all;

  BlockPostings(MappedTable table, int series) {
    this.batch = table.batches().get(0);
    MappedBatch dictionary = table.dictionaries().get(0);
    this.width = Tables.indexWidth(dictionary.rows());
    List<String> texts = new ArrayList<>();
    firstRows = new int[dictionary.rows() + 1];
    for (int name = 0; name < dictionary.rows(); name++) {
      texts.add(dictionary.stringAt(Tables.DICTIONARY_VALUES, name));
      firstRows[name] = firstRowOf(name);
    }
    firstRows[dictionary.rows()] = batch.rows();
    names = List.copyOf(texts);
    all = RoaringBitmap.bitmapOfRange(0, series);
  }

  private int firstRowOf(int name) {
    int low = 0;
    int high = batch.rows();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (batch.indexAt(Tables.POSTINGS_NAME, middle, width) < name) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public RoaringBitmap all() {
    return all;
  }

  @Override
  public RoaringBitmap get(String name, String value) {
    int number = names.indexOf(name);
    if (number < 0) {
      return NONE;
    }
    ByteBuffer wanted = ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8));
    int low = firstRows[number];
    int high = firstRows[number + 1] - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compareUnsigned(batch.bytesAt(Tables.POSTINGS_VALUE, middle), wanted);
      if (order == 0) {
        return bitmap(middle);
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return NONE;
  }

  private RoaringBitmap bitmap(int row) {
    var bitmap = new RoaringBitmap();
    try {
      bitmap.deserialize(batch.bytesAt(Tables.POSTINGS_SERIES, row));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bitmap;
  }

  private static int compareUnsigned(ByteBuffer a, ByteBuffer b) {
    int differs = a.mismatch(b);
    if (differs < 0) {
      return 0;
    }
    if (differs >= a.remaining() || differs >= b.remaining()) {
      return a.remaining() - b.remaining();
    }
    return (a.get(differs) & 0xFF) - (b.get(differs) & 0xFF);
  }

  @Override
  public List<String> values(String name) {
    int number = names.indexOf(name);
    if (number < 0) {
      return List.of();
    }
    List<String> values = new ArrayList<>(firstRows[number + 1] - firstRows[number]);
    for (int row = firstRows[number]; row < firstRows[number + 1]; row++) {
      values.add(batch.stringAt(Tables.POSTINGS_VALUE, row));
    }
    return values;
  }

  @Override
  public int valueCount(String name) {
    int number = names.indexOf(name);
    return number < 0 ? 0 : firstRows[number + 1] - firstRows[number];
  }

  @Override
  public void valuesIn(
      String name, RoaringBitmap series, Consumer<String> found, Runnable checkpoint) {
    int number = names.indexOf(name);
    if (number < 0 || series.isEmpty()) {
      return;
    }
    ImmutableRoaringBitmap wanted = series.toMutableRoaringBitmap();
    for (int row = firstRows[number]; row < firstRows[number + 1]; row++) {
      var holders = new ImmutableRoaringBitmap(batch.bytesAt(Tables.POSTINGS_SERIES, row));
      if (ImmutableRoaringBitmap.intersects(holders, wanted)) {
        found.accept(batch.stringAt(Tables.POSTINGS_VALUE, row));
      } else {
        checkpoint.run();
      }
    }
  }

  @Override
  public List<String> names() {
    return names;
  }
}
