/**
 * Templates of alert labels and annotations. Knows what Prometheus lets them call and name; the
 * language is below.
 */
@NullMarked
package io.narthex.operators.template;

import org.jspecify.annotations.NullMarked;
