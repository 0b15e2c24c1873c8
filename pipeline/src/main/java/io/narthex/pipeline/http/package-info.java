/**
 * The one place that turns HTTP client and web configuration into Reactor Netty clients and
 * servers.
 */
@NullMarked
package io.narthex.pipeline.http;

import org.jspecify.annotations.NullMarked;
