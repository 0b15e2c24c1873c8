package io.narthex.sinks.head;

import io.narthex.pipeline.model.Labels;
import io.narthex.sinks.index.Postings;
import java.util.function.IntFunction;

/**
 * An inverted index of the head.
 *
 * @param labels of a series, by its number in the index
 */
public record HeadIndex(Postings postings, IntFunction<Labels> labels) {}
