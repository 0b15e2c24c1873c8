/**
 * The command line's side of the HTTP API: asks a server, and prints what it answers as a table,
 * CSV or a plot. Knows nothing of the server's own parts.
 */
@NullMarked
package io.narthex.jobs.client;

import org.jspecify.annotations.NullMarked;
