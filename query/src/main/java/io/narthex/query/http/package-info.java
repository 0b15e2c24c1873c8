/**
 * The HTTP API of Prometheus 3 over the query engine, the store and the status board. {@link
 * io.narthex.query.http.QueryApi} is the one door. Endpoints run on bounded workers, never on an
 * event loop, and answer with JSON that is written part by part as the client takes it.
 */
@NullMarked
package io.narthex.query.http;

import org.jspecify.annotations.NullMarked;
