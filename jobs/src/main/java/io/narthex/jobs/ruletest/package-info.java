/**
 * Runs unit tests of rules: the evaluator of the live stream and the query engine over written-down
 * samples. Knows outcomes; knows nothing of terminals and report files' places.
 */
@NullMarked
package io.narthex.jobs.ruletest;

import org.jspecify.annotations.NullMarked;
