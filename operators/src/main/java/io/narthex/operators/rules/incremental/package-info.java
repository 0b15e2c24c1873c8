/**
 * How the expression of a rule is evaluated: parts whose values move with the samples are kept from
 * tick to tick as nodes, shared by all rules that have them; the rest is a query over the window.
 * What comes out is bit for bit what a query gives. Begin with {@code RulePlanner}.
 */
@NullMarked
package io.narthex.operators.rules.incremental;

import org.jspecify.annotations.NullMarked;
