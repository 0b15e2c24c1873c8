package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.pipeline.wire.ChunkEncoder;
import io.narthex.pipeline.wire.RemoteReadRequest;
import io.narthex.pipeline.wire.RemoteReadResponse;
import io.narthex.pipeline.wire.SnappyBlock;
import io.narthex.query.promql.Cancellation;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/v1/read}: raw samples for another Prometheus, as one message or as a stream of
 * frames. Faults are plain text, as in Prometheus.
 */
final class RemoteReadEndpoint {
  private static final String PLAIN = "text/plain; charset=utf-8";
  private static final long LOOK_MILLIS = 100;

  /** The message in a buffer that grows, and once more compressed. */
  private static final int MESSAGE_COPIES = 3;

  private final SampleStore store;
  private final ServerFacts facts;
  private final RemoteReadOptions limits;
  private final Semaphore gate;
  private final AnswerMemory memory;

  RemoteReadEndpoint(ApiServices services, RemoteReadOptions limits, AnswerMemory memory) {
    this.memory = memory;
    this.store = services.store();
    this.facts = services.facts();
    this.limits = limits;
    this.gate = new Semaphore(limits.concurrency(), true);
  }

  List<Route> routes() {
    return List.of(
        new Route("/api/v1/read", EnumSet.of(Route.Verb.POST), true, Route.Pool.READ, this::read));
  }

  private Reply read(Call call) {
    enter(call.cancellation());
    var permit = new Permit(gate);
    var frames = new AtomicReference<@Nullable Frames>();
    call.progress()
        .onClose(
            () -> {
              var opened = frames.get();
              if (opened != null) {
                opened.close();
              }
              permit.close();
            });
    try {
      return answer(call, frames);
    } catch (FaultException e) {
      return new Reply.Whole(
          e.fault().httpStatus(), PLAIN, (e.getMessage() + "\n").getBytes(UTF_8));
    }
  }

  private Reply answer(Call call, AtomicReference<@Nullable Frames> opened) {
    byte[] body = call.body();
    var request =
        RemoteReadRequest.parse(
            SnappyBlock.decompress(body, 0, body.length, SnappyBlock.DEFAULT_LIMIT),
            memory.open(call).reading());
    for (int type : request.accepted()) {
      if (type == RemoteReadRequest.STREAMED_XOR_CHUNKS) {
        var frames = new Frames(request, call.cancellation());
        opened.set(frames);
        return new Reply.Bytes(
            "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse", null, frames);
      }
      if (type == RemoteReadRequest.SAMPLES) {
        return samples(request, call);
      }
    }
    if (request.accepted().isEmpty()) {
      return samples(request, call);
    }
    throw new FaultException(
        Fault.BAD_DATA,
        "server does not support any of the requested response types: "
            + request.accepted()
            + "; supported: map[SAMPLES:{} STREAMED_XOR_CHUNKS:{}]");
  }

  /** Waits for its turn, unless the client goes. */
  private void enter(Cancellation cancellation) {
    try {
      while (!gate.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (cancellation.isCancelled()) {
          throw new FaultException(Fault.CANCELED, "the client is gone");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FaultException(Fault.CANCELED, "the server stops", e);
    }
  }

  private Reply samples(RemoteReadRequest request, Call call) {
    var account = memory.open(call);
    var response = new RemoteReadResponse();
    var external = externalLabels();
    var buffer = new SampleBuffer();
    long samples = 0;
    for (var query : request.queries()) {
      try (var selection = select(query, external)) {
        for (int series = 0; series < selection.size(); series++) {
          check(call.cancellation());
          buffer.clear();
          selection.read(series, before(query.from()), query.to(), buffer);
          samples += buffer.size();
          if (limits.sampleLimit() > 0 && samples > limits.sampleLimit()) {
            throw new FaultException(
                Fault.BAD_DATA, "exceeded sample limit (" + limits.sampleLimit() + ")");
          }
          if (buffer.size() > 0) {
            response.series(labels(selection, series, external), buffer);
          }
          if (MESSAGE_COPIES * response.size() > memory.limit()) {
            throw new FaultException(
                Fault.BAD_DATA,
                "the answer is larger than "
                    + memory.limit() / MESSAGE_COPIES
                    + " bytes: ask for STREAMED_XOR_CHUNKS, or for less");
          }
          account.hold(MESSAGE_COPIES * response.size());
        }
      }
      response.endQuery();
    }
    byte[] message = response.compressed();
    account.hold(message.length);
    return new Reply.Bytes(
        "application/x-protobuf",
        "snappy",
        out -> {
          out.raw(message, 0, message.length);
          return false;
        });
  }

  private SeriesSelection select(RemoteReadRequest.Query query, Map<String, String> external) {
    var matchers = new ArrayList<Matcher>();
    for (var matcher : query.matchers()) {
      // Series do not have the external labels that their readers see.
      boolean met =
          matcher.type() == Matcher.Type.EQUAL
              && matcher.value().equals(external.get(matcher.name()));
      if (!met) {
        matchers.add(matcher);
      }
    }
    return store.select(new SampleStore.Selector(matchers, query.from(), query.to(), true));
  }

  private static Labels labels(
      SeriesSelection selection, int series, Map<String, String> external) {
    var own = selection.labels(series);
    if (external.isEmpty()) {
      return own;
    }
    var all = new TreeMap<>(external);
    all.putAll(own.toMap());
    return Labels.of(all);
  }

  private Map<String, String> externalLabels() {
    var configuration = facts.configuration();
    return configuration == null ? Map.of() : configuration.global().externalLabels();
  }

  private static long before(long from) {
    return from == Long.MIN_VALUE ? from : from - 1;
  }

  private static void check(Cancellation cancellation) {
    if (cancellation.isCancelled()) {
      throw new FaultException(Fault.CANCELED, "the client is gone");
    }
  }

  /** Gives its place back once. */
  private static final class Permit {
    private final Semaphore gate;
    private boolean given;

    Permit(Semaphore gate) {
      this.gate = gate;
    }

    synchronized void close() {
      if (!given) {
        given = true;
        gate.release();
      }
    }
  }

  /** The frames of a stream, each made when the connection takes it. */
  private final class Frames extends HeldBody {
    private final List<RemoteReadRequest.Query> queries;
    private final Map<String, String> external = externalLabels();
    private final Cancellation cancellation;
    private final ChunkEncoder encoder = new ChunkEncoder();
    private final RemoteReadResponse response = new RemoteReadResponse();
    private final SampleBuffer buffer = new SampleBuffer();
    private int query;
    private int series;
    private int row;
    private @Nullable SeriesSelection selection;

    Frames(RemoteReadRequest request, Cancellation cancellation) {
      this.queries = request.queries();
      this.cancellation = cancellation;
    }

    @Override
    boolean part(JsonOut out) {
      while (!out.isFull() && !isClosed()) {
        if (!frame(out)) {
          return false;
        }
      }
      return true;
    }

    /** Writes the next frame, or moves on to the next series; false at the end. */
    private boolean frame(JsonOut out) {
      check(cancellation);
      if (row < buffer.size()) {
        byte[] frame = response.frame(query, labels(open(), series, external), chunks());
        out.raw(frame, 0, frame.length);
        return true;
      }
      if (query >= queries.size()) {
        return false;
      }
      if (selection == null) {
        selection = select(queries.get(query), external);
        series = -1;
      }
      series++;
      buffer.clear();
      row = 0;
      if (series < selection.size()) {
        var wanted = queries.get(query);
        selection.read(series, before(wanted.from()), wanted.to(), buffer);
      } else {
        selection.close();
        selection = null;
        query++;
      }
      return true;
    }

    private SeriesSelection open() {
      if (selection == null) {
        throw new IllegalStateException("rows without a selection");
      }
      return selection;
    }

    /** Chunks until the frame is full, at least one. */
    private List<ChunkEncoder.Chunk> chunks() {
      var chunks = new ArrayList<ChunkEncoder.Chunk>();
      long left = (long) limits.frameBytes() - open().labels(series).bytes().length;
      do {
        var chunk = encoder.next(buffer, row);
        chunks.add(chunk);
        row += chunk.samples();
        left -= chunk.data().length;
      } while (left > 0 && row < buffer.size());
      return chunks;
    }

    @Override
    void release() {
      if (selection != null) {
        selection.close();
        selection = null;
      }
    }
  }
}
