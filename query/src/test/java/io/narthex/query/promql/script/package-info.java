/** Runs scripts that say what queries give: Prometheus' language for tests of PromQL. */
package io.narthex.query.promql.script;
