/**
 * What PromQL functions compute: kernels over columns and windows of samples. Knows numbers and
 * histograms; knows nothing of syntax, series sets or storage.
 */
@NullMarked
package io.narthex.query.promql.function;

import org.jspecify.annotations.NullMarked;
