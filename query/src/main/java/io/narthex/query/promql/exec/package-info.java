/**
 * Evaluates a query over a store: a tree of nodes, each of which gives one series at a time over
 * all steps of its grid.
 */
@NullMarked
package io.narthex.query.promql.exec;

import org.jspecify.annotations.NullMarked;
