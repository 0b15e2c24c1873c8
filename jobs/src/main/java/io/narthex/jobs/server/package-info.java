/**
 * The embedded server: wires the parts by hand, starts them in order, stops them in the opposite
 * one.
 */
@NullMarked
package io.narthex.jobs.server;

import org.jspecify.annotations.NullMarked;
