package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.Test;

class ArrowTest {
  /** What a reader gets: column names, rows as texts, metadata of the schema. */
  private record Table(List<String> names, List<List<String>> rows, Map<String, String> metadata) {}

  private static Table ask(QueryValue value, String parameters) throws Exception {
    try (var server = new ApiServer(request -> value, ApiOptions.DEFAULT)) {
      var answer =
          server.client.send(
              HttpRequest.newBuilder(server.uri("/api/v1/query?query=a" + parameters))
                  .header("Accept", "application/vnd.apache.arrow.stream")
                  .header("Accept-Encoding", "gzip")
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type"))
          .hasValue("application/vnd.apache.arrow.stream");
      return read(answer.body());
    } // closing fails if a vector was not released
  }

  private static Table read(byte[] stream) throws IOException {
    try (var allocator = new RootAllocator();
        var reader = new ArrowStreamReader(new ByteArrayInputStream(stream), allocator)) {
      var root = reader.getVectorSchemaRoot();
      var rows = new ArrayList<List<String>>();
      while (reader.loadNextBatch()) {
        for (int row = 0; row < root.getRowCount(); row++) {
          var cells = new ArrayList<String>();
          for (FieldVector column : root.getFieldVectors()) {
            var encoding = column.getField().getDictionary();
            Object cell = column.getObject(row);
            if (encoding != null && cell != null) {
              var dictionary = reader.getDictionaryVectors().get(encoding.getId());
              cell = dictionary.getVector().getObject(((IntVector) column).get(row));
            }
            cells.add(String.valueOf(cell));
          }
          rows.add(cells);
        }
      }
      var names = root.getSchema().getFields().stream().map(field -> field.getName()).toList();
      return new Table(names, rows, root.getSchema().getCustomMetadata());
    }
  }

  @Test
  void matrix_manyPoints_areRowsOfSeveralBatches() throws Exception {
    int points = 20_000;
    var times = new long[points];
    var values = new double[points];
    for (int i = 0; i < points; i++) {
      times[i] = 1000L * i;
      values[i] = i / 3.0;
    }
    var matrix =
        new QueryValue.Matrix(
            List.of(
                new QueryValue.Series(Labels.of("job", "ä", "value", "v"), times, values, null),
                new QueryValue.Series(
                    Labels.of("job", "b"), new long[] {5}, new double[] {Double.NaN}, null)));
    var table = ask(matrix, "");
    assertThat(table.names()).containsExactly("job", "label_value", "timestamp", "value");
    assertThat(table.metadata())
        .containsEntry("resultType", "matrix")
        .containsEntry("warnings", "[]");
    assertThat(table.rows()).hasSize(points + 1);
    for (int i : new int[] {0, 1, 16_383, 16_384, 19_999}) {
      assertThat(table.rows().get(i))
          .containsExactly("ä", "v", Long.toString(1000L * i), Double.toString(i / 3.0));
    }
    assertThat(table.rows().get(points)).containsExactly("b", "null", "5", "NaN");
    assertThat(ask(matrix, "&limit=1").rows()).hasSize(points);
  }

  @Test
  void vector_withHistogram_hasItAsJson() throws Exception {
    var histogram =
        new FloatHistogram(
            FloatHistogram.ResetHint.UNKNOWN,
            0,
            0.001,
            1,
            3,
            4.5,
            new int[] {0, 1},
            new double[] {2},
            new int[0],
            new double[0],
            new double[0]);
    var vector =
        new QueryValue.Vector(
            List.of(
                new QueryValue.Sample(Labels.of("a", "x"), 7, 1.5, null),
                new QueryValue.Sample(Labels.EMPTY, 7, 0, histogram)));
    var table = ask(vector, "");
    assertThat(table.names()).containsExactly("a", "timestamp", "value", "histogram");
    assertThat(table.rows().get(0)).containsExactly("x", "7", "1.5", "null");
    assertThat(table.rows().get(1).subList(0, 3)).containsExactly("null", "7", "null");
    assertThat(table.rows().get(1).get(3)).startsWith("{\"count\":\"3\",\"sum\":\"4.5\"");
  }

  @Test
  void others_areOneRow() throws Exception {
    assertThat(ask(new QueryValue.Scalar(9, 2.5), "").rows()).containsExactly(List.of("9", "2.5"));
    assertThat(ask(new QueryValue.Text(9, "hello"), "").rows())
        .containsExactly(List.of("9", "hello"));
    assertThat(ask(new QueryValue.Vector(List.of()), "").rows()).isEmpty();
  }
}
