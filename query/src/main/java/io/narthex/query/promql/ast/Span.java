package io.narthex.query.promql.ast;

/**
 * A part of the query text.
 *
 * @param start offset of the first byte in the query's UTF-8 form
 * @param end offset after the last byte
 */
public record Span(int start, int end) {}
