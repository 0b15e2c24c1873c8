/**
 * Scraping as a Flink source: the enumerator discovers targets and shares them out, a reader runs a
 * scrape loop for each of its targets. Knows targets, HTTP and the bytes of label sets; formats are
 * read by {@code pipeline.wire}.
 */
@NullMarked
package io.narthex.sources.scrape;

import org.jspecify.annotations.NullMarked;
