/**
 * From PromQL text to the syntax tree: lexer, parser, type checks and error texts with positions,
 * the table of functions, series descriptions of test scripts, and duration expressions. Knows the
 * language; knows nothing of stores and evaluation.
 */
@NullMarked
package io.narthex.query.promql.parse;

import org.jspecify.annotations.NullMarked;
