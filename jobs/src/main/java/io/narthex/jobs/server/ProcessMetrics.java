package io.narthex.jobs.server;

import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The registry of a server's own metrics, with those of its process and its virtual machine. */
final class ProcessMetrics {
  private ProcessMetrics() {}

  static PrometheusRegistry registry() {
    var registry = new PrometheusRegistry();
    JvmMetrics.builder().register(registry);
    return registry;
  }
}
