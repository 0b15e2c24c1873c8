/**
 * The syntax tree of PromQL: sealed, immutable, with positions. Knows the language's shape; knows
 * nothing of evaluation.
 */
@NullMarked
package io.narthex.query.promql.ast;

import org.jspecify.annotations.NullMarked;
