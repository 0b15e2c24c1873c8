/**
 * The template language of Go's {@code text/template}: text in, a program out, a program and data
 * in, text out. Knows nothing of labels, alerts or queries; what a template can call and look at is
 * given to it.
 */
@NullMarked
package io.narthex.operators.template.language;

import org.jspecify.annotations.NullMarked;
