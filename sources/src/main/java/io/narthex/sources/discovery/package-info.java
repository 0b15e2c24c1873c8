/**
 * Where targets come from: static lists, files, HTTP, DNS. Knows groups of addresses with labels;
 * knows nothing of scraping.
 */
@NullMarked
package io.narthex.sources.discovery;

import org.jspecify.annotations.NullMarked;
