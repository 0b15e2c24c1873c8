package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.arrow.memory.BufferAllocator;
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
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a query as an Arrow IPC stream: one row a point, with a column for each label name
 * (dictionary of texts, null where a series has no such label), {@code timestamp} (milliseconds,
 * UTC), {@code value} and, if there are native histograms, {@code histogram} (as the API writes
 * them in JSON). The schema's metadata tells {@code resultType}, {@code warnings} and {@code
 * infos}.
 */
final class ArrowBody extends HeldBody {
  /** The media type by which it is asked for. */
  static final String MEDIA_TYPE = "application/vnd.apache.arrow.stream";

  private static final int ROWS = 16 * 1024;
  private static final String TIMESTAMP = "timestamp";
  private static final String VALUE = "value";
  private static final String HISTOGRAM = "histogram";

  private final QueryResult result;
  private final List<QueryValue.Series> series;
  private final BufferAllocator allocator;
  private final Output output = new Output();
  private final JsonOut scratch = new JsonOut();
  private final List<IntVector> indices = new ArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<int[]> labelIndices =
      new ArrayList<>(); // by series: index of each label, or -1
  private @Nullable ArrowStreamWriter writer;
  private @Nullable VectorSchemaRoot root;
  private int at;
  private int point;

  /**
   * @param limit most elements of a vector or matrix; 0 for no limit
   * @param allocator stays the caller's
   */
  ArrowBody(QueryResult result, int limit, BufferAllocator allocator) {
    this.result = result;
    this.allocator = allocator;
    var all = columns(result.value());
    this.series = limit > 0 && all.size() > limit ? all.subList(0, limit) : all;
  }

  /** Whether a client prefers this to JSON. */
  static boolean isAccepted(String accept) {
    return accept.contains(MEDIA_TYPE);
  }

  @Override
  boolean part(JsonOut out) {
    output.target = out;
    try {
      var stream = writer;
      if (stream == null) {
        stream = open();
        stream.start();
      }
      boolean more = fill();
      stream.writeBatch();
      if (!more) {
        stream.end();
      }
      return more;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the target is memory
    }
  }

  @Override
  void release() {
    output.target = null; // an end that is written now is for nobody
    for (int i = opened.size() - 1; i >= 0; i--) {
      try {
        opened.get(i).close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("a vector cannot be closed", e);
      }
    }
  }

  /** All values as series; a vector's samples are series of one point. */
  private static List<QueryValue.Series> columns(QueryValue value) {
    if (value instanceof QueryValue.Matrix matrix) {
      return matrix.series();
    }
    if (value instanceof QueryValue.Vector vector) {
      return vector.samples().stream().map(ArrowBody::column).toList();
    }
    if (value instanceof QueryValue.Scalar scalar) {
      return List.of(
          column(new QueryValue.Sample(Labels.EMPTY, scalar.timestamp(), scalar.value(), null)));
    }
    var text = (QueryValue.Text) value;
    return List.of(column(new QueryValue.Sample(Labels.EMPTY, text.timestamp(), 0, null)));
  }

  private static QueryValue.Series column(QueryValue.Sample sample) {
    var histogram = sample.histogram();
    return new QueryValue.Series(
        sample.labels(),
        new long[] {sample.timestamp()},
        new double[] {sample.value()},
        histogram == null ? null : new FloatHistogram[] {histogram});
  }

  private ArrowStreamWriter open() {
    var dictionaries = new MapDictionaryProvider();
    var vectors = new ArrayList<FieldVector>();
    labelColumns(dictionaries, vectors);
    var zoned = new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC");
    vectors.add(keep(new TimeStampMilliTZVector(field(TIMESTAMP, zoned), allocator)));
    boolean isText = result.value() instanceof QueryValue.Text;
    var number = new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
    vectors.add(
        isText
            ? keep(new VarCharVector(field(VALUE, new ArrowType.Utf8()), allocator))
            : keep(new Float8Vector(field(VALUE, number), allocator)));
    if (series.stream().anyMatch(one -> one.histograms() != null)) {
      vectors.add(keep(new VarCharVector(field(HISTOGRAM, new ArrowType.Utf8()), allocator)));
    }
    var fields = vectors.stream().map(FieldVector::getField).toList();
    var batch = new VectorSchemaRoot(new Schema(fields, metadata()), vectors, 0);
    root = batch;
    writer = keep(new ArrowStreamWriter(batch, dictionaries, output)); // which has copies, too
    return writer;
  }

  private <T extends AutoCloseable> T keep(T vector) {
    opened.add(vector);
    return vector;
  }

  private static Field field(String name, ArrowType type) {
    return new Field(name, FieldType.nullable(type), null);
  }

  private Map<String, String> metadata() {
    var metadata = new LinkedHashMap<String, String>();
    metadata.put("resultType", ResultBody.typeOf(result.value()));
    metadata.put("warnings", json(result.warnings()));
    metadata.put("infos", json(result.infos()));
    return metadata;
  }

  private String json(List<String> texts) {
    return new String(scratch.value(texts).take(), UTF_8);
  }

  /** A dictionary and a column of indices for each label name. */
  private void labelColumns(MapDictionaryProvider dictionaries, List<FieldVector> vectors) {
    var names = new TreeSet<String>();
    series.forEach(one -> names.addAll(one.labels().names()));
    for (int i = 0; i < series.size(); i++) {
      labelIndices.add(new int[names.size()]);
    }
    int column = 0;
    for (String name : names) {
      var encoding = new DictionaryEncoding(column, false, null);
      var values = keep(new VarCharVector(name, allocator));
      fillDictionary(name, column, values);
      dictionaries.put(new Dictionary(values, encoding));
      var type = new FieldType(true, new ArrowType.Int(32, true), encoding);
      var index = keep(new IntVector(new Field(columnName(name), type, null), allocator));
      indices.add(index);
      vectors.add(index);
      column++;
    }
  }

  private void fillDictionary(String name, int column, VarCharVector values) {
    var known = new HashMap<String, Integer>();
    values.allocateNew();
    for (int i = 0; i < series.size(); i++) {
      String value = series.get(i).labels().get(name);
      int index = -1;
      if (!value.isEmpty()) {
        Integer before = known.putIfAbsent(value, known.size());
        index = before == null ? known.size() - 1 : before;
        if (before == null) {
          values.setSafe(index, value.getBytes(UTF_8));
        }
      }
      labelIndices.get(i)[column] = index;
    }
    values.setValueCount(known.size());
  }

  /** Labels that are called as the other columns are told apart. */
  private static String columnName(String label) {
    return switch (label) {
      case TIMESTAMP, VALUE, HISTOGRAM -> "label_" + label;
      default -> label;
    };
  }

  /** Fills the next batch; false if it is the last. */
  private boolean fill() {
    var batch = root;
    if (batch == null) {
      throw new IllegalStateException("not opened");
    }
    batch.getFieldVectors().forEach(FieldVector::reset);
    int row = 0;
    while (at < series.size() && row < ROWS) {
      var one = series.get(at);
      int end = Math.min(one.timestamps().length, point + ROWS - row);
      fillLabels(at, row, end - point);
      fillPoints(batch, one, row, end);
      row += end - point;
      point = end;
      if (point == one.timestamps().length) {
        at++;
        point = 0;
      }
    }
    batch.setRowCount(row);
    return at < series.size();
  }

  private void fillLabels(int number, int row, int rows) {
    int[] values = labelIndices.get(number);
    for (int column = 0; column < values.length; column++) {
      if (values[column] >= 0) {
        var index = indices.get(column);
        for (int i = row; i < row + rows; i++) {
          index.setSafe(i, values[column]);
        }
      }
    }
  }

  private void fillPoints(VectorSchemaRoot batch, QueryValue.Series one, int row, int end) {
    var times = (TimeStampMilliTZVector) batch.getVector(TIMESTAMP);
    var values = batch.getVector(VALUE);
    var histograms = one.histograms();
    for (int i = point, to = row; i < end; i++, to++) {
      times.setSafe(to, one.timestamps()[i]);
      var histogram = histograms == null ? null : histograms[i];
      if (histogram != null) {
        HistogramBuckets.write(histogram, scratch);
        ((VarCharVector) batch.getVector(HISTOGRAM)).setSafe(to, scratch.take());
      } else if (values instanceof Float8Vector numbers) {
        numbers.setSafe(to, one.values()[i]);
      } else if (result.value() instanceof QueryValue.Text text) {
        ((VarCharVector) values).setSafe(to, text.value().getBytes(UTF_8));
      }
    }
  }

  /** Where the stream goes: into what is written at the moment. */
  private static final class Output implements WritableByteChannel {
    private @Nullable JsonOut target;

    @Override
    public int write(ByteBuffer source) {
      byte[] bytes = new byte[source.remaining()];
      source.get(bytes);
      if (target != null) {
        target.raw(bytes, 0, bytes.length);
      }
      return bytes.length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      target = null;
    }
  }
}
