/**
 * The samples that rules read, in memory, each series as far back as the longest look at it; which
 * selector has which series, what changed since somebody looked, and what came late. Knows nothing
 * of rules and expressions.
 */
@NullMarked
package io.narthex.operators.rules.window;

import org.jspecify.annotations.NullMarked;
