package io.narthex.pipeline.wire;

import com.google.re2j.PatternSyntaxException;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.ReadingBudget;
import java.util.ArrayList;
import java.util.List;

/**
 * A request of Prometheus' remote read protocol.
 *
 * @param queries answered in this order
 * @param accepted types of answers that the client understands, the best first; empty means {@link
 *     #SAMPLES}
 */
public record RemoteReadRequest(List<Query> queries, List<Integer> accepted) {
  /** One message with raw samples. */
  public static final int SAMPLES = 0;

  /** A stream of frames with chunks. */
  public static final int STREAMED_XOR_CHUNKS = 1;

  private static final int MAX_QUERIES = 10_000;

  public RemoteReadRequest {
    queries = List.copyOf(queries);
    accepted = List.copyOf(accepted);
  }

  /**
   * What one query selects.
   *
   * @param from first millisecond
   * @param to last millisecond
   */
  public record Query(long from, long to, List<Matcher> matchers) {
    public Query {
      matchers = List.copyOf(matchers);
    }
  }

  /**
   * Reads a request.
   *
   * @param message protobuf, decompressed
   * @param budget what its regular expressions are counted against
   * @throws FaultException {@code BAD_DATA} if it is none
   */
  public static RemoteReadRequest parse(byte[] message, ReadingBudget budget) {
    budget.tree(message.length);
    var in = new ProtoReader("remote read request");
    in.reset(message, 0, message.length);
    var queries = new ArrayList<Query>();
    var accepted = new ArrayList<Integer>();
    while (in.more()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> {
          in.expect(tag, ProtoReader.BYTES);
          int outer = in.enter();
          queries.add(query(in, budget));
          in.end = outer;
        }
        case 2 -> types(in, tag, accepted);
        default -> in.skip(tag);
      }
      if (queries.size() > MAX_QUERIES || accepted.size() > MAX_QUERIES) {
        throw in.fault("more than " + MAX_QUERIES + " queries");
      }
    }
    return new RemoteReadRequest(queries, accepted);
  }

  /** Numbers of a repeated field come packed or one by one. */
  private static void types(ProtoReader in, int tag, List<Integer> accepted) {
    if ((tag & 7) == ProtoReader.BYTES) {
      int outer = in.enter();
      while (in.more() && accepted.size() <= MAX_QUERIES) {
        accepted.add((int) in.varint());
      }
      in.end = outer;
    } else {
      in.expect(tag, ProtoReader.VARINT);
      accepted.add((int) in.varint());
    }
  }

  private static Query query(ProtoReader in, ReadingBudget budget) {
    long from = 0;
    long to = 0;
    var matchers = new ArrayList<Matcher>();
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case 1 << 3 -> from = in.varint();
        case 2 << 3 -> to = in.varint();
        case 3 << 3 | ProtoReader.BYTES -> {
          int outer = in.enter();
          matchers.add(matcher(in, budget));
          in.end = outer;
        }
        default -> in.skip(tag);
      }
    }
    return new Query(from, to, matchers);
  }

  private static Matcher matcher(ProtoReader in, ReadingBudget budget) {
    int type = 0;
    String name = "";
    String value = "";
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case 1 << 3 -> type = (int) in.varint();
        case 2 << 3 | ProtoReader.BYTES -> name = in.string();
        case 3 << 3 | ProtoReader.BYTES -> value = in.string();
        default -> in.skip(tag);
      }
    }
    var kinds = Matcher.Type.values(); // in the order of the protocol
    if (type < 0 || type >= kinds.length) {
      throw in.fault("unknown type of matcher " + type);
    }
    try {
      return Matcher.of(name, kinds[type], value, budget);
    } catch (PatternSyntaxException e) {
      throw new FaultException(
          Fault.BAD_DATA, "matcher of label " + name + ": " + e.getMessage(), e);
    }
  }
}
