package io.narthex.pipeline.model;

/**
 * What a source says about a metric family.
 *
 * @param family name of the family
 * @param type its type
 * @param help its help text, unescaped; may be empty
 * @param unit its unit; may be empty
 */
public record MetricMetadata(String family, MetricType type, String help, String unit) {

  /**
   * Types of metric families in the text and protobuf formats. The order is that of remote write's
   * enumeration.
   */
  public enum MetricType {
    UNKNOWN,
    COUNTER,
    GAUGE,
    HISTOGRAM,
    GAUGEHISTOGRAM,
    SUMMARY,
    INFO,
    STATESET;

    /** The name in the exposition formats and the HTTP API. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
