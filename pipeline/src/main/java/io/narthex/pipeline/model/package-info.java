/**
 * The vocabulary of the dataflow: label sets, sample batches, histograms, matchers. Knows bytes and
 * arrays; knows nothing of wire formats, configuration, time or storage.
 */
@NullMarked
package io.narthex.pipeline.model;

import org.jspecify.annotations.NullMarked;
