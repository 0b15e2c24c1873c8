/**
 * Arithmetic on native histograms: adding, scaling, reconciling layouts, detecting resets,
 * quantiles. Plain functions on immutable values.
 */
@NullMarked
package io.narthex.query.promql.histogram;

import org.jspecify.annotations.NullMarked;
