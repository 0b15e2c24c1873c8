package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.query.promql.QueryProgress;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunningQueriesTest {
  private final ApiServer server = new ApiServer(RunningQueriesTest::answer, ApiOptions.DEFAULT);

  @AfterEach
  void stop() {
    server.close();
  }

  /** A query that goes on until it is stopped. */
  private static QueryValue answer(QueryRequest request) {
    if (request.query().equals("queued")) {
      request.progress().update(QueryProgress.State.WAITING, 0, 0, 0);
    } else {
      request.progress().update(QueryProgress.State.RUNNING, 12, 345, 678);
    }
    while (!request.query().equals("1")) {
      request.cancellation().check("query execution");
      Thread.onSpinWait();
    }
    return new QueryValue.Scalar(request.start(), 1);
  }

  private CompletableFuture<HttpResponse<String>> begin(String pathAndQuery) {
    return server.client.sendAsync(
        HttpRequest.newBuilder(server.uri(pathAndQuery)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode awaitListed(int count) {
    JsonNode listed = server.data("/api/v1/queries").path("queries");
    while (listed.size() != count) {
      Thread.onSpinWait();
      listed = server.data("/api/v1/queries").path("queries");
    }
    return listed;
  }

  @Test
  void list_runningQuery_tellsWhatItIsAndUses() {
    var answer = begin("/api/v1/query_range?query=endless&start=10&end=20.5&step=500ms");
    var one = awaitListed(1).get(0);
    assertThat(one.path("query").asText()).isEqualTo("endless");
    assertThat(one.path("kind").asText()).isEqualTo("range");
    assertThat(one.path("start").asDouble()).isEqualTo(10);
    assertThat(one.path("end").asDouble()).isEqualTo(20.5);
    assertThat(one.path("step").asDouble()).isEqualTo(0.5);
    assertThat(one.path("client").asText()).startsWith("127.0.0.1:");
    assertThat(one.path("ageSeconds").asDouble()).isPositive();
    while (!server.data("/api/v1/queries").at("/queries/0/samples").asText().equals("12")) {
      Thread.onSpinWait();
    }
    one = server.data("/api/v1/queries").at("/queries/0");
    assertThat(one.path("state").asText()).isEqualTo("running");
    assertThat(one.path("bytes").asLong()).isEqualTo(345);
    assertThat(one.path("peakBytes").asLong()).isEqualTo(678);
    server.method("DELETE", "/api/v1/queries/" + one.path("id").asText());
    answer.join();
    awaitListed(0);
  }

  @Test
  void delete_runningQuery_itsClientIsToldWhy() {
    var kept = begin("/api/v1/query?query=queued");
    String keptId = awaitListed(1).get(0).path("id").asText();
    var ended = begin("/api/v1/query?query=endless");
    String id = awaitListed(2).get(1).path("id").asText();
    assertThat(server.method("DELETE", "/api/v1/queries/" + id).statusCode()).isEqualTo(204);
    assertThat(ended.join().statusCode()).isEqualTo(503);
    assertThat(ended.join().body())
        .contains("\"errorType\":\"canceled\"")
        .contains("query was ended by DELETE /api/v1/queries/" + id);
    var left = awaitListed(1).get(0);
    assertThat(left.path("id").asText()).isEqualTo(keptId);
    assertThat(left.path("state").asText()).isEqualTo("queued");
    assertThat(kept).isNotDone();
    server.method("DELETE", "/api/v1/queries/" + keptId);
    assertThat(kept.join().statusCode()).isEqualTo(503);
  }

  @Test
  void list_queryOfAnotherPage_isListedAndCanBeEnded() {
    var asked =
        CompletableFuture.supplyAsync(
            () -> server.engine("console").query(QueryRequest.instant("endless", 1000)));
    var one = awaitListed(1).get(0);
    assertThat(one.path("client").asText()).isEqualTo("console");
    server.method("DELETE", "/api/v1/queries/" + one.path("id").asText());
    assertThatThrownBy(asked::join).hasMessageContaining("query was ended by DELETE");
    awaitListed(0);
  }

  @Test
  void delete_unknownQuery_isNotFound() {
    for (String id : new String[] {"7", "x", "99999999999999999999"}) {
      var answer = server.method("DELETE", "/api/v1/queries/" + id);
      assertThat(answer.statusCode()).as(id).isEqualTo(404);
      assertThat(answer.body()).contains("no query " + id + " is running");
    }
    assertThat(server.get("/api/v1/queries/7").statusCode()).isEqualTo(405);
  }

  @Test
  void list_clientGone_queryGoes() throws Exception {
    try (var socket = new Socket("127.0.0.1", server.port())) {
      socket
          .getOutputStream()
          .write("GET /api/v1/query?query=endless HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
      awaitListed(1);
    }
    awaitListed(0);
  }
}
