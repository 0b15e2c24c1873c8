package io.narthex.query.http;

import io.narthex.pipeline.status.StatusBoard;
import io.narthex.pipeline.storage.Arrivals;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.StoreAdmin;
import io.narthex.pipeline.telemetry.HttpMetrics;
import io.narthex.query.promql.QueryEngine;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Whom the API asks.
 *
 * @param admin of the store; null where the store is only read
 * @param arrivals tells when samples arrive; null where that is not known
 * @param registry whose metrics {@code /metrics} shows
 * @param httpMetrics registered there, shared with the other contributors of routes
 */
public record ApiServices(
    QueryEngine engine,
    SampleStore store,
    @Nullable StoreAdmin admin,
    @Nullable Arrivals arrivals,
    StatusBoard board,
    ServerFacts facts,
    PrometheusRegistry registry,
    HttpMetrics httpMetrics) {}
