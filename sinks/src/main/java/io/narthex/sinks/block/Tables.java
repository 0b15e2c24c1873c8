package io.narthex.sinks.block;

import java.util.List;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** The four tables of a block: names of the files, columns, and numbers of their buffers. */
final class Tables {
  static final String SERIES = "series.arrow";
  static final String POSTINGS = "postings.arrow";
  static final String PAGES = "pages.arrow";
  static final String TIMESTAMPS = "timestamps.arrow";

  static final String SERIES_FIELDS = "first_page,labels";
  static final String POSTINGS_FIELDS = "name,value,series";
  static final String PAGES_FIELDS = "timestamps,codec,values,statistics";
  static final String TIMESTAMPS_FIELDS = "min_time,max_time,count,encoded";

  /** Rows of each batch of the series table but the last. */
  static final int SERIES_BATCH_ROWS = 1024;

  // Buffers of the series table; 0, 2, 4, 5 and 7 are validity.
  static final int SERIES_FIRST_PAGE = 1;
  static final int SERIES_LABEL_OFFSETS = 3;
  static final int SERIES_LABEL_NAME = 6;
  static final int SERIES_LABEL_VALUE = 8;

  // Buffers of the postings table.
  static final int POSTINGS_NAME = 1;
  static final int POSTINGS_VALUE = 3;
  static final int POSTINGS_SERIES = 6;

  // Buffers of the pages table.
  static final int PAGES_TIMESTAMPS = 1;
  static final int PAGES_CODEC = 3;
  static final int PAGES_VALUES = 5;
  static final int PAGES_STATISTICS = 8;

  // Buffers of the timestamps table.
  static final int TIMESTAMPS_MIN = 1;
  static final int TIMESTAMPS_MAX = 3;
  static final int TIMESTAMPS_COUNT = 5;
  static final int TIMESTAMPS_ENCODED = 7;

  /** A dictionary: values of variable length have their offsets in this buffer. */
  static final int DICTIONARY_VALUES = 1;

  static final long NAMES_DICTIONARY = 1;
  static final long VALUES_DICTIONARY = 2;

  private static final ArrowType BINARY = new ArrowType.Binary();
  private static final ArrowType UTF8 = new ArrowType.Utf8();
  private static final ArrowType INT = new ArrowType.Int(32, true);
  private static final ArrowType TIME = new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC");

  private Tables() {}

  static Schema series(int nameWidth, int valueWidth) {
    Field name = encoded("name", NAMES_DICTIONARY, nameWidth);
    Field value = encoded("value", VALUES_DICTIONARY, valueWidth);
    Field label =
        new Field("label", FieldType.notNullable(new ArrowType.Struct()), List.of(name, value));
    return new Schema(
        List.of(
            plain("first_page", INT),
            new Field("labels", FieldType.notNullable(new ArrowType.List()), List.of(label))));
  }

  static Schema postings(int nameWidth) {
    return new Schema(
        List.of(
            encoded("name", NAMES_DICTIONARY, nameWidth),
            plain("value", UTF8),
            plain("series", BINARY)));
  }

  static Schema pages() {
    return new Schema(
        List.of(
            plain("timestamps", INT),
            plain("codec", new ArrowType.Int(8, false)),
            plain("values", BINARY),
            plain("statistics", BINARY)));
  }

  static Schema timestamps() {
    return new Schema(
        List.of(
            plain("min_time", TIME),
            plain("max_time", TIME),
            plain("count", INT),
            plain("encoded", BINARY)));
  }

  /** Bytes of an index into a dictionary of so many entries. */
  static int indexWidth(int entries) {
    return entries <= 1 << 7 ? 1 : entries <= 1 << 15 ? 2 : 4;
  }

  private static Field plain(String name, ArrowType type) {
    return new Field(name, FieldType.notNullable(type), List.of());
  }

  private static Field encoded(String name, long dictionary, int width) {
    var encoding = new DictionaryEncoding(dictionary, false, new ArrowType.Int(8 * width, true));
    return new Field(name, new FieldType(false, UTF8, encoding), List.of());
  }
}
