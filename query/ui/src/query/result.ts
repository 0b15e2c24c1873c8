/** A native histogram as the API writes it: [boundary kind, from, to, count]. */
export interface HistogramValue {
  count: string;
  sum: string;
  buckets?: [number, string, string, string][];
}

export type Metric = Record<string, string>;

export interface VectorElement {
  metric: Metric;
  value?: [number, string];
  histogram?: [number, HistogramValue];
}

export interface MatrixElement {
  metric: Metric;
  values?: [number, string][];
  histograms?: [number, HistogramValue][];
}

export type QueryData =
  | { resultType: 'vector'; result: VectorElement[] }
  | { resultType: 'matrix'; result: MatrixElement[] }
  | { resultType: 'scalar'; result: [number, string] }
  | { resultType: 'string'; result: [number, string] };

/** The text of a series as PromQL writes it. */
export function seriesText(metric: Metric): string {
  const { __name__: name, ...labels } = metric;
  const inner = Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(', ');
  return (name ?? '') + (inner !== '' || !name ? `{${inner}}` : '');
}

/** Number of a value's text; NaN, +Inf and -Inf included. */
export function numberOf(text: string): number {
  return text === '+Inf' || text === 'Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}
