package io.narthex.sinks.block;

import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.Labels;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Labels of a block's series, put together from the dictionaries. The batches are compressed; a few
 * are kept as they were before, since series are asked for in order. Safe for use by several
 * threads.
 */
final class BlockSeries {
  /** Batches that are kept, some 40 KB each; a power of two. */
  private static final int KEPT = 4;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private final MappedTable table;
  private final MappedBatch values;
  private final byte[][] names;
  private final int nameWidth;
  private final int valueWidth;
  private final int size;
  private final AtomicReferenceArray<@Nullable Batch> kept = new AtomicReferenceArray<>(KEPT);

  /** The label columns of a batch. */
  private record Batch(int number, byte[] offsets, byte[] names, byte[] values) {}

  BlockSeries(MappedTable table) {
    this.table = table;
    MappedBatch nameDictionary = table.dictionaries().get(0);
    values = table.dictionaries().get(1);
    nameWidth = Tables.indexWidth(nameDictionary.rows());
    valueWidth = Tables.indexWidth(values.rows());
    names = new byte[nameDictionary.rows()][];
    for (int i = 0; i < names.length; i++) {
      ByteBuffer name = nameDictionary.bytesAt(Tables.DICTIONARY_VALUES, i);
      names[i] = new byte[name.remaining()];
      name.get(names[i]);
    }
    int last = table.batchCount() - 1;
    size = last * Tables.SERIES_BATCH_ROWS + table.batch(last).rows();
  }

  int size() {
    return size;
  }

  int firstPage(int series) {
    return table
        .batch(series / Tables.SERIES_BATCH_ROWS)
        .plainIntAt(Tables.SERIES_FIRST_PAGE, series % Tables.SERIES_BATCH_ROWS);
  }

  Labels labels(int series) {
    Batch batch = batch(series / Tables.SERIES_BATCH_ROWS);
    int row = series % Tables.SERIES_BATCH_ROWS;
    int label = (int) INT.get(batch.offsets, 4 * row);
    int end = (int) INT.get(batch.offsets, 4 * row + 4);
    byte[] out = new byte[512];
    byte[] value = new byte[128];
    int at = 0;
    for (; label < end; label++) {
      byte[] name = names[index(batch.names, label, nameWidth)];
      int entry = index(batch.values, label, valueWidth);
      ByteBuffer bytes = values.bytesAt(Tables.DICTIONARY_VALUES, entry);
      int length = bytes.remaining();
      if (length > value.length) {
        value = new byte[2 * length];
      }
      bytes.get(value, 0, length);
      int need = LabelBytes.encodedSize(name.length, length);
      if (at + need > out.length) {
        out = Arrays.copyOf(out, Math.max(2 * out.length, at + need));
      }
      at = LabelBytes.write(out, at, name, 0, name.length, value, 0, length);
    }
    return Labels.ofTrusted(out, 0, at);
  }

  private Batch batch(int number) {
    int place = number & (KEPT - 1);
    @Nullable Batch known = kept.get(place);
    if (known != null && known.number == number) {
      return known;
    }
    MappedBatch compressed = table.batch(number);
    try {
      var batch =
          new Batch(
              number,
              compressed.contents(Tables.SERIES_LABEL_OFFSETS),
              compressed.contents(Tables.SERIES_LABEL_NAME),
              compressed.contents(Tables.SERIES_LABEL_VALUE));
      kept.set(place, batch);
      return batch;
    } catch (IllegalArgumentException e) {
      throw MappedTable.corrupt(table.file(), "has a malformed batch: " + e.getMessage(), e);
    }
  }

  /** An index into a dictionary, of 1, 2 or 4 bytes. */
  private static int index(byte[] column, int row, int width) {
    return switch (width) {
      case 1 -> column[row];
      case 2 -> (short) SHORT.get(column, 2 * row);
      default -> (int) INT.get(column, 4 * row);
    };
  }

  /** Lets go of what is kept. */
  void clear() {
    for (int place = 0; place < KEPT; place++) {
      kept.set(place, null);
    }
  }
}
