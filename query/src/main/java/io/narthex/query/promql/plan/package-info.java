/** Rewrites of the syntax tree that precede evaluation. Knows times; knows nothing of data. */
@NullMarked
package io.narthex.query.promql.plan;

import org.jspecify.annotations.NullMarked;
