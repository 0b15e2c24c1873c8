/** Keeps answers of range queries, so that a refresh computes only what is new. */
@NullMarked
package io.narthex.query.promql.cache;

import org.jspecify.annotations.NullMarked;
