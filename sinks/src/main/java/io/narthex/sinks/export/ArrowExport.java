package io.narthex.sinks.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.Labels;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * An Arrow IPC stream: a row for each sample, a column for each label (a dictionary of its values;
 * null where a series has no such label), {@code timestamp} in milliseconds UTC and {@code value}.
 * These are the columns of a query's answer as Arrow. Native histograms and ends of series are left
 * out.
 *
 * <p>Memory grows with the number of distinct label values, not with that of samples.
 */
public final class ArrowExport implements AutoCloseable {
  private static final int ROWS = 64 * 1024;
  private static final long MEMORY_BYTES = 1L << 30;

  private final Export export;
  private final BufferAllocator allocator = new RootAllocator(MEMORY_BYTES);
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final MapDictionaryProvider dictionaries = new MapDictionaryProvider();
  private final Map<String, Column> columns = new HashMap<>();

  /** A label's column: where its values stand in the dictionary, and that of the series now. */
  private static final class Column {
    private final IntVector vector;
    private final Map<String, Integer> places;
    private int current = -1;

    Column(IntVector vector, Map<String, Integer> places) {
      this.vector = vector;
      this.places = places;
    }
  }

  private ArrowExport(Export export) {
    this.export = export;
  }

  /** Writes everything; the stream stays open. */
  public static Export.Summary write(Export export, OutputStream out, Export.Progress progress)
      throws IOException {
    try (var arrow = new ArrowExport(export)) {
      return arrow.write(out, progress);
    }
  }

  private Export.Summary write(OutputStream out, Export.Progress progress) throws IOException {
    var vectors = new ArrayList<FieldVector>();
    long id = 0;
    for (String label : export.store().labelNames(export.lookup())) {
      vectors.add(labelColumn(label, id++));
    }
    var utc = new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC");
    var number = new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
    var times = new TimeStampMilliTZVector("timestamp", FieldType.notNullable(utc), allocator);
    var values = new Float8Vector("value", FieldType.notNullable(number), allocator);
    vectors.add(times);
    vectors.add(values);
    opened.addAll(vectors);
    var root = new VectorSchemaRoot(vectors.stream().map(FieldVector::getField).toList(), vectors);
    try (var writer = new ArrowStreamWriter(root, dictionaries, Channels.newChannel(out))) {
      writer.start();
      var rows = new Rows(root, writer, times, values);
      var summary = new SeriesWalk(export, progress).run(rows);
      rows.send();
      writer.end();
      return summary;
    }
  }

  private IntVector labelColumn(String label, long id) {
    var values = export.store().labelValues(label, export.lookup());
    var encoding = new DictionaryEncoding(id, false, null);
    var texts = new VarCharVector(label, allocator);
    opened.add(texts);
    texts.allocateNew();
    var places = new HashMap<String, Integer>();
    for (int i = 0; i < values.size(); i++) {
      texts.setSafe(i, values.get(i).getBytes(UTF_8));
      places.put(values.get(i), i);
    }
    texts.setValueCount(values.size());
    dictionaries.put(new Dictionary(texts, encoding));
    var type = new FieldType(true, new ArrowType.Int(32, true), encoding);
    var vector = new IntVector(new Field(label, type, null), allocator);
    columns.put(label, new Column(vector, places));
    return vector;
  }

  @Override
  public void close() {
    opened.add(allocator);
    AutoCloseables.closeNoChecked(() -> AutoCloseables.close(opened));
  }

  /** Fills the batch and sends it when it is full. */
  private final class Rows implements SeriesWalk.Visitor {
    private final VectorSchemaRoot root;
    private final ArrowStreamWriter writer;
    private final TimeStampMilliTZVector times;
    private final Float8Vector values;
    private final List<Column> all = List.copyOf(columns.values());
    private int count;

    Rows(
        VectorSchemaRoot root,
        ArrowStreamWriter writer,
        TimeStampMilliTZVector times,
        Float8Vector values) {
      this.root = root;
      this.writer = writer;
      this.times = times;
      this.values = values;
    }

    @Override
    public void metric(String name) {
      // each series says its name itself
    }

    @Override
    public void series(Labels labels) {
      all.forEach(column -> column.current = -1);
      labels.forEach(
          (name, value) -> {
            var column = columns.get(name);
            var place = column == null ? null : column.places.get(value);
            if (column != null && place != null) {
              column.current = place;
            }
          });
    }

    @Override
    public void sample(long time, double value) throws IOException {
      times.setSafe(count, time);
      values.setSafe(count, value);
      for (var column : all) {
        if (column.current < 0) {
          column.vector.setNull(count);
        } else {
          column.vector.setSafe(count, column.current);
        }
      }
      count++;
      if (count == ROWS) {
        send();
      }
    }

    void send() throws IOException {
      if (count > 0) {
        root.setRowCount(count);
        writer.writeBatch();
        root.clear();
        count = 0;
      }
    }
  }
}
