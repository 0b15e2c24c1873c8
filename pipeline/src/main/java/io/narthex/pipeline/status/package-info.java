/**
 * What the HTTP API tells of targets, rules and alerts: written by the dataflow, read by the query
 * service.
 */
@NullMarked
package io.narthex.pipeline.status;

import org.jspecify.annotations.NullMarked;
