/**
 * A second evaluator of PromQL, slow and obvious, and what generates queries and data for it: step
 * by step, element by element, by the words of Prometheus' documentation. Shares the parser and the
 * tree with the engine, nothing else. Float samples only; native histograms are covered by scripts.
 */
@org.jspecify.annotations.NullMarked
package io.narthex.query.promql.oracle;
