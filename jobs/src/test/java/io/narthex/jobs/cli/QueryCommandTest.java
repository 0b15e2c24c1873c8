package io.narthex.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands of {@code narthex query} against a server that answers what it is told to. */
class QueryCommandTest {
  private static final String VECTOR =
      """
      {"status":"success","data":{"resultType":"vector","result":[
       {"metric":{"__name__":"up","instance":"a:1","job":"n"},"value":[1795262400.5,"1"]},
       {"metric":{"__name__":"up","instance":"b,\\"2\\"","job":"n"},"value":[1795262400.5,"0.5"]}]},
       "warnings":["be careful"]}""";
  private static final String MATRIX =
      """
      {"status":"success","data":{"resultType":"matrix","result":[
       {"metric":{"job":"n"},"values":[[1795262400,"1"],[1795262460,"2"]]},
       {"metric":{"job":"m"},"values":[[1795262460,"NaN"]]}]}}""";

  @TempDir Path folder;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private String body = VECTOR;
  private String type = "application/json";
  private int status = 200;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void instant_asTable_alignsTheLabels() {
    var ran = run("instant", "up", "--time=2026-11-21T12:00:00Z");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out())
        .isEqualTo(
            """
            METRIC  instance  job  VALUE
            up      a:1       n        1
            up      b,"2"     n      0.5
            """);
    assertThat(ran.err()).contains("warning: be careful");
    assertThat(asked).containsExactly("POST /api/v1/query query=up&time=1795262400");
  }

  @Test
  void instant_asCsv_quotesWhatNeedsIt() {
    assertThat(run("instant", "up", "-o", "csv").out())
        .isEqualTo(
            "__name__,instance,job,timestamp,value\r\n"
                + "up,a:1,n,2026-11-21T12:00:00.500Z,1\r\n"
                + "up,\"b,\"\"2\"\"\",n,2026-11-21T12:00:00.500Z,0.5\r\n");
  }

  @Test
  void instant_asJson_isTheDataOfTheAnswer() {
    assertThat(run("instant", "up", "-ojson").out())
        .startsWith("{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"__name__\":\"up\"")
        .contains("[1795262400.5,\"1\"]");
  }

  @Test
  void range_withoutFormat_isDrawn() {
    body = MATRIX;
    var ran =
        run(
            "range",
            "x",
            "--start=1795262400",
            "--end=1795262460",
            "--step=1m",
            "--width=60",
            "--height=8",
            "--style=braille");
    assertThat(ran.out()).contains("┤", "12:00:00", "━━   2  {job=\"n\"}", "NaN  {job=\"m\"}");
    assertThat(asked)
        .containsExactly(
            "POST /api/v1/query_range query=x&start=1795262400&end=1795262460&step=60");
  }

  @Test
  void range_asTable_hasAColumnForEachSeries() {
    body = MATRIX;
    assertThat(run("range", "x", "--end=1795262460", "-o", "table").out())
        .isEqualTo(
            """
            TIME                  {job="n"}  {job="m"}
            2026-11-21T12:00:00Z  1
            2026-11-21T12:01:00Z  2                NaN
            """);
  }

  @Test
  void arrow_theBytes_goToTheFileAsTheyCame() throws IOException {
    body = "\u0001arrow\uffff";
    type = "application/vnd.apache.arrow.stream";
    var file = folder.resolve("up.arrows");
    assertThat(run("instant", "up", "-o", "arrow", "--output-file=" + file).code()).isZero();
    assertThat(Files.readString(file)).isEqualTo(body);
  }

  @Test
  void arrow_aServerThatHasNone_isTold() {
    assertThat(run("instant", "up", "-o", "arrow").err()).contains("does not answer as");
  }

  @Test
  void series_selectors_areTheirLabels() {
    body = "{\"status\":\"success\",\"data\":[{\"__name__\":\"up\",\"job\":\"n\"}]}";
    assertThat(run("series", "up", "{job=\"m\"}", "--limit=5").out())
        .isEqualTo("METRIC  job\nup      n\n");
    assertThat(asked).containsExactly("POST /api/v1/series limit=5&match[]=up&match[]={job=\"m\"}");
  }

  @Test
  void labels_aNameThatIsNotPlain_isEscaped() {
    body = "{\"status\":\"success\",\"data\":[\"a\",\"b\"]}";
    assertThat(run("labels", "http.status").out()).isEqualTo("a\nb\n");
    assertThat(asked).containsExactly("GET /api/v1/label/U__http_2e_status/values ");
    assertThat(run("labels", "-o", "csv").out()).isEqualTo("label\r\na\r\nb\r\n");
  }

  @Test
  void live_events_arePrintedAsTheyCome() {
    type = "text/event-stream";
    body = ("data: " + VECTOR.replace("\n", "") + "\n\n").repeat(3);
    assertThat(run("live", "up", "-o", "csv", "--count=2").out().lines()).hasSize(5);
    assertThat(run("live", "up").out()).contains("2026-11-21T12:00:00.500Z\nMETRIC");
  }

  @Test
  void failure_ofTheServer_isToldInItsWords() {
    status = 400;
    body = "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"1:5: parse error: why\"}";
    var ran = run("instant", "sum(");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).isEqualTo("query: 1:5: parse error: why\n");
    var live = run("live", "sum(");
    assertThat(live.code()).isEqualTo(1);
    assertThat(live.err()).isEqualTo("query: 1:5: parse error: why\n");
  }

  @Test
  void credentials_goAlong() throws IOException {
    var password = Files.writeString(folder.resolve("password"), "open sesame\n");
    run(
        "instant",
        "up",
        "--user=ali",
        "--password-file=" + password,
        "--header",
        "X-Scope-OrgID: 7");
    String pair = Base64.getEncoder().encodeToString("ali:open sesame".getBytes(UTF_8));
    assertThat(headers).contains("Basic " + pair, "7");
  }

  @Test
  void usage_mistakes_areNamed() {
    assertThat(run("instant", "up", "-o", "plot").err()).contains("only ranges can be plotted");
    assertThat(run("range", "up", "--start=now", "--end=-1h").err())
        .contains("--start is after --end");
    assertThat(run("range", "up", "--style=art").err()).contains("braille, blocks, ascii");
    assertThat(run("instant", "up", "--user=a").err()).contains("$NARTHEX_PASSWORD");
    assertThat(run("instant", "up", "--time=noon").code()).isEqualTo(2);
    assertThat(run().err()).contains("instant, range, series, labels or live");
  }

  @ParameterizedTest
  @CsvSource({
    "range, --width=0, --width: 0 is not from 1 to 1000",
    "range, --width=-5, --width: -5 is not from 1 to 1000",
    "range, --width=2147483647, --width: 2147483647 is not",
    "range, --width=wide, Invalid value for option '--width'",
    "range, --height=0, --height: 0 is not from 1 to 500",
    "range, --height=501, --height: 501 is not from 1 to 500",
    "range, --step=0, --step: 0 is not positive",
    "range, --step=0s, --step: 0s is not positive",
    "range, --step=-1m, --step: ",
    "range, --step=fast, --step: ",
    "range, --step=99999999999999999999, too many seconds",
    "range, --step=99999999y, --step: ",
    "range, --start=99999999999999999999, too many seconds",
    "range, --end=1795262400000, too many seconds",
    "range, --start=2026-13-01, is no time",
    "series, --limit=-1, --limit: -1 is not from 1",
    "labels, --limit=0, --limit: 0 is not from 1",
    "live, --count=0, --count: 0 is not from 1",
    "live, --count=-3, --count: -3 is not from 1",
    "instant, --output=xml, Invalid value for option '--output'",
    "instant, --nonsense, Unknown option: '--nonsense'",
  })
  void usage_foolishValue_isNamedBeforeTheServerIsAsked(
      String command, String option, String text) {
    var ran = run(command, "up", option);
    assertThat(ran.err()).contains(text).doesNotContain("\tat ");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(asked).isEmpty();
  }

  @Test
  void range_everyWidthAndHeight_isDrawnWithinIt() {
    body = MATRIX;
    for (String size : List.of("1", "19", "20", "500")) {
      var ran =
          run(
              "range",
              "up",
              "--start=1795262400",
              "--end=1795262460",
              "--width=" + size,
              "--height=" + size);
      assertThat(ran.code()).as(ran.err()).isZero();
      int most = Math.max(60, Integer.parseInt(size)); // what is too narrow to be read is wider
      assertThat(ran.out().lines().allMatch(line -> line.length() <= most)).as(ran.out()).isTrue();
    }
  }

  @Test
  void range_asCsvAndJson_areThePoints() {
    body = MATRIX;
    String[] times = {"--start=1795262400", "--end=1795262460"};
    assertThat(run("range", "up", "-o", "csv", times[0], times[1]).out())
        .startsWith("job,timestamp,value\r\nn,2026-11-21T12:00:00Z,1\r\n")
        .endsWith("m,2026-11-21T12:01:00Z,NaN\r\n");
    assertThat(run("range", "up", "-o", "json", times[0], times[1]).out())
        .startsWith("{\"resultType\":\"matrix\"");
    assertThat(asked.get(1)).contains("step=1");
  }

  @Test
  void server_nobodyListens_isTold() {
    server.stop(0);
    var ran = run("instant", "up");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("cannot be asked").doesNotContain("\tat ");
  }

  private record Ran(int code, String out, String err) {}

  private final List<String> headers = new CopyOnWriteArrayList<>();

  private Ran run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    var all = new java.util.ArrayList<String>(List.of("query"));
    all.addAll(List.of(arguments));
    all.add("--url=http://127.0.0.1:" + server.getAddress().getPort());
    int code =
        Narthex.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(all.toArray(String[]::new));
    return new Ran(code, out.toString().replace(System.lineSeparator(), "\n"), err.toString());
  }

  private void answer(HttpExchange exchange) throws IOException {
    String form = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    asked.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI().getPath()
            + " "
            + URLDecoder.decode(form, UTF_8));
    for (String name : List.of("Authorization", "X-Scope-OrgID")) {
      headers.addAll(exchange.getRequestHeaders().getOrDefault(name, List.of()));
    }
    byte[] bytes = body.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
