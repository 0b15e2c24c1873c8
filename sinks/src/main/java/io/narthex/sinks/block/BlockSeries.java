package io.narthex.sinks.block;

import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.Labels;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Labels of a block's series, put together from the dictionaries. */
final class BlockSeries {
  private final MappedBatch batch;
  private final MappedBatch values;
  private final byte[][] names;
  private final int nameWidth;
  private final int valueWidth;

  BlockSeries(MappedTable table) {
    batch = table.batches().get(0);
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
  }

  int size() {
    return batch.rows();
  }

  int firstPage(int series) {
    return batch.intAt(Tables.SERIES_FIRST_PAGE, series);
  }

  Labels labels(int series) {
    int label = batch.intAt(Tables.SERIES_LABEL_OFFSETS, series);
    int end = batch.intAt(Tables.SERIES_LABEL_OFFSETS, series + 1);
    byte[] out = new byte[512];
    byte[] value = new byte[128];
    int at = 0;
    for (; label < end; label++) {
      byte[] name = names[batch.indexAt(Tables.SERIES_LABEL_NAME, label, nameWidth)];
      int entry = batch.indexAt(Tables.SERIES_LABEL_VALUE, label, valueWidth);
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
}
