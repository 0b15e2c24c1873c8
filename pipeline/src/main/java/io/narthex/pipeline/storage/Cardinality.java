package io.narthex.pipeline.storage;

import java.util.List;

/**
 * Where the series of the head come from: the largest counts, each list in descending order.
 *
 * @param labelPairs distinct label pairs
 * @param seriesByMetric series of each metric name
 * @param valuesByLabel distinct values of each label name
 * @param bytesByLabel bytes that the values of each label name take
 * @param seriesByPair series of each label pair, as {@code name=value}
 */
public record Cardinality(
    long labelPairs,
    List<Count> seriesByMetric,
    List<Count> valuesByLabel,
    List<Count> bytesByLabel,
    List<Count> seriesByPair) {

  /** Nothing known. */
  public static final Cardinality NONE =
      new Cardinality(0, List.of(), List.of(), List.of(), List.of());

  public Cardinality {
    seriesByMetric = List.copyOf(seriesByMetric);
    valuesByLabel = List.copyOf(valuesByLabel);
    bytesByLabel = List.copyOf(bytesByLabel);
    seriesByPair = List.copyOf(seriesByPair);
  }

  /** A name and how many there are. */
  public record Count(String name, long value) {}
}
