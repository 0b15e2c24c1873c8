package io.narthex.pipeline.wire;

import io.narthex.pipeline.config.ScrapeConfig.ScrapeProtocol;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The formats in which metrics are exposed, and how two sides agree on one. */
public enum ExpositionFormat {
  /** Text 0.0.4 and 1.0.0. */
  TEXT("text/plain"),
  /** OpenMetrics 0.0.1 and 1.0.0. */
  OPENMETRICS("application/openmetrics-text"),
  /** Delimited protobuf messages of type {@code io.prometheus.client.MetricFamily}. */
  PROTOBUF("application/vnd.google.protobuf");

  /** Content type of protobuf answers, without escaping. */
  public static final String PROTOBUF_DELIMITED =
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
          + " encoding=delimited";

  /** Content type of protobuf in its text form. */
  public static final String PROTOBUF_TEXT =
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=text";

  /** Content type of protobuf in its text form, one line a message. */
  public static final String PROTOBUF_COMPACT_TEXT =
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
          + " encoding=compact-text";

  /** Content type of text answers, without escaping. */
  public static final String TEXT_0_0_4 = "text/plain; version=0.0.4; charset=utf-8";

  public static final String OPENMETRICS_0_0_1 =
      "application/openmetrics-text; version=0.0.1; charset=utf-8";
  public static final String OPENMETRICS_1_0_0 =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";
  public static final String OPENMETRICS_2_0_0 =
      "application/openmetrics-text; version=2.0.0; charset=utf-8";

  private final String mediaType;

  ExpositionFormat(String mediaType) {
    this.mediaType = mediaType;
  }

  /**
   * The format of an answer.
   *
   * @param contentType the header; null or empty if the answer has none
   * @param fallback what to take if the header is missing or names no format
   * @throws FaultException {@link Fault#BAD_DATA} if there is no fallback either
   */
  public static ExpositionFormat of(
      @Nullable String contentType, @Nullable ScrapeProtocol fallback) {
    boolean missing = contentType == null || contentType.isBlank();
    MediaType parsed = contentType == null ? null : MediaType.parse(contentType);
    if (parsed != null) {
      for (var format : values()) {
        if (format.mediaType.equals(parsed.type())) {
          return format;
        }
      }
    }
    if (fallback != null) {
      return of(fallback);
    }
    throw new FaultException(
        Fault.BAD_DATA,
        (missing
                ? "non-compliant scrape target sending blank Content-Type"
                : parsed == null
                    ? "cannot parse Content-Type \"" + contentType + "\""
                    : "received unsupported Content-Type \"" + contentType + "\"")
            + " and no fallback_scrape_protocol specified for target");
  }

  /**
   * What a scrape wants of a parser.
   *
   * @param nativeHistograms whether native histograms are given; else only their classic parts
   * @param alwaysClassic whether classic histograms are given besides native ones, sent or made
   * @param customBuckets whether classic histograms become native ones with custom buckets
   * @param createdAsStart whether {@code _created} samples of OpenMetrics become start timestamps
   */
  public record Options(
      boolean nativeHistograms,
      boolean alwaysClassic,
      boolean customBuckets,
      boolean createdAsStart) {}

  /** A parser of {@code body[from, to)}, which is not to be changed while it is in use. */
  public ExpositionParser parser(byte[] body, int from, int to, Options options) {
    ExpositionParser parser =
        switch (this) {
          case TEXT -> new TextParser(body, from, to);
          case OPENMETRICS -> new OpenMetricsParser(body, from, to, options.createdAsStart());
          case PROTOBUF ->
              new ProtobufParser(
                  body, from, to, options.nativeHistograms(), options.alwaysClassic());
        };
    return options.customBuckets()
        ? new CustomBucketsParser(parser, options.alwaysClassic())
        : parser;
  }

  /** The format that a protocol is about. */
  public static ExpositionFormat of(ScrapeProtocol protocol) {
    return switch (protocol) {
      case PROMETHEUS_PROTO -> PROTOBUF;
      case OPENMETRICS_TEXT_0_0_1, OPENMETRICS_TEXT_1_0_0 -> OPENMETRICS;
      case PROMETHEUS_TEXT_0_0_4, PROMETHEUS_TEXT_1_0_0 -> TEXT;
    };
  }

  /**
   * The Accept header of a scrape, as Prometheus sends it.
   *
   * @param protocols most wanted first
   * @param escaping of names, asked for in formats that know of it
   */
  public static String accept(List<ScrapeProtocol> protocols, NameEscaping escaping) {
    var clauses = new ArrayList<String>();
    int weight = ScrapeProtocol.values().length + 1;
    for (var protocol : protocols) {
      clauses.add(
          switch (protocol) {
                case PROMETHEUS_PROTO -> PROTOBUF_DELIMITED.replace("; ", ";");
                case OPENMETRICS_TEXT_0_0_1 -> "application/openmetrics-text;version=0.0.1";
                case OPENMETRICS_TEXT_1_0_0 ->
                    "application/openmetrics-text;version=1.0.0;escaping=" + escaping.text();
                case PROMETHEUS_TEXT_0_0_4 -> "text/plain;version=0.0.4";
                case PROMETHEUS_TEXT_1_0_0 ->
                    "text/plain;version=1.0.0;escaping=" + escaping.text();
              }
              + ";q=0."
              + weight--);
    }
    clauses.add("*/*;q=0." + weight);
    return String.join(",", clauses);
  }

  /**
   * The content type of an answer to a client: the offered one that it wants most, else text if
   * that is offered, else the first; with the escaping of names.
   *
   * @param accept the client's header; may be empty
   * @param offered content types of this class; none means text
   * @param escaping where the client does not ask for another
   */
  public static String negotiate(String accept, List<String> offered, NameEscaping escaping) {
    NameEscaping wanted = escaping;
    for (var clause : MediaType.accepted(accept)) {
      var asked = NameEscaping.named(clause.parameter("escaping"));
      wanted = asked == null ? wanted : asked;
      for (String offer : offered) {
        if (clause.type().equals("*/*") || matches(clause, offer)) {
          return offer + "; escaping=" + wanted.text();
        }
      }
    }
    boolean text = offered.isEmpty() || offered.contains(TEXT_0_0_4);
    return (text ? TEXT_0_0_4 : offered.get(0)) + "; escaping=" + wanted.text();
  }

  private static boolean matches(MediaType wanted, String offer) {
    String version = wanted.parameter("version");
    return switch (offer) {
      case TEXT_0_0_4 ->
          wanted.type().equals(TEXT.mediaType) && (version.isEmpty() || version.equals("0.0.4"));
      case OPENMETRICS_0_0_1 ->
          wanted.type().equals(OPENMETRICS.mediaType)
              && (version.isEmpty() || version.equals("0.0.1"));
      case OPENMETRICS_1_0_0 ->
          wanted.type().equals(OPENMETRICS.mediaType) && version.equals("1.0.0");
      case OPENMETRICS_2_0_0 ->
          wanted.type().equals(OPENMETRICS.mediaType) && version.equals("2.0.0");
      default ->
          wanted.type().equals(PROTOBUF.mediaType)
              && wanted.parameter("proto").equals("io.prometheus.client.MetricFamily")
              && offer.endsWith("; encoding=" + wanted.parameter("encoding"));
    };
  }
}
