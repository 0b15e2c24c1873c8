/**
 * PromQL: the one door is {@link io.narthex.query.promql.QueryEngine}; the way goes parse, ast,
 * plan, exec, function.
 */
@NullMarked
package io.narthex.query.promql;

import org.jspecify.annotations.NullMarked;
