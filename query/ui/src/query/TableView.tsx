import { useState } from 'preact/hooks';
import { count, timestamp } from '../format';
import { Empty, Failure, SeriesName, Skeleton } from '../ui/parts';
import type { PanelState } from './panels';
import { Remarks } from './Remarks';
import { numberOf, seriesText, type HistogramValue, type QueryData } from './result';
import { TimeField } from './TimeField';
import { useLive } from './live';
import { useQuery } from './useQuery';

const MOST_ROWS = 500;

/** The answer of an instant query, a row for each series. */
export function TableView(props: {
  panel: PanelState;
  run: number;
  live: boolean;
  onChange: (panel: PanelState, newEntry: boolean) => void;
}) {
  const { panel } = props;
  const live = useLive(props.live && panel.moment === null ? panel.expr : '');
  const [all, setAll] = useState(false);
  const key = panel.expr.trim() === '' ? null : `${panel.expr} ${panel.moment} ${props.run} ${live.turn}`;
  const { answer, error, loading } = useQuery<QueryData>(key, 'query', () => ({
    query: panel.expr,
    time: panel.moment === null ? Date.now() / 1000 : panel.moment / 1000,
  }));
  const data = live.data ?? answer?.data;
  return (
    <>
      <div class="controls">
        <TimeField
          label="Evaluation time"
          value={panel.moment}
          step={600_000}
          onChange={(moment) => props.onChange({ ...panel, moment }, false)}
        />
        <span class="fill" />
        {live.note && <span class="live-note">{live.note}</span>}
        {answer && (
          <span class="quiet facts">
            {count(lengthOf(answer.data))} series · {Math.round(answer.millis)} ms
          </span>
        )}
      </div>
      {error && <Failure error={error} what="The query" />}
      {answer && <Remarks answer={answer} />}
      {key === null && <Empty title="No query yet">Type an expression and press Enter. Ctrl+Space shows what can follow.</Empty>}
      {!data && !error && key !== null && loading && <Skeleton />}
      {data && <Rows data={data} most={all ? Infinity : MOST_ROWS} onAll={() => setAll(true)} />}
    </>
  );
}

function lengthOf(data: QueryData): number {
  return data.resultType === 'vector' || data.resultType === 'matrix' ? data.result.length : 1;
}

function Rows(props: { data: QueryData; most: number; onAll: () => void }) {
  const { data } = props;
  if (data.resultType === 'scalar' || data.resultType === 'string') {
    return (
      <table class="result">
        <tbody>
          <tr>
            <td class="quiet">{data.resultType}</td>
            <td class="value">{data.result[1]}</td>
          </tr>
        </tbody>
      </table>
    );
  }
  if (data.result.length === 0) {
    return <Empty title="No data">The query is right, but no series match it at this time.</Empty>;
  }
  const hidden = data.result.length - props.most;
  return (
    <>
      <table class="result">
        <thead class="visually-hidden">
          <tr>
            <th>Series</th>
            <th>Value</th>
          </tr>
        </thead>
        <tbody>
          {data.resultType === 'vector'
            ? data.result.slice(0, props.most).map((one) => (
                <tr key={seriesText(one.metric)}>
                  <td>
                    <SeriesName metric={one.metric} />
                  </td>
                  <td class="value">{one.histogram ? <Histogram value={one.histogram[1]} /> : one.value?.[1]}</td>
                </tr>
              ))
            : data.result.slice(0, props.most).map((one) => (
                <tr key={seriesText(one.metric)}>
                  <td>
                    <SeriesName metric={one.metric} />
                  </td>
                  <td class="value">
                    {one.values?.map(([at, value]) => (
                      <div key={at}>
                        {value} <span class="quiet">@ {timestamp(at * 1000)}</span>
                      </div>
                    ))}
                    {one.histograms?.map(([at, value]) => (
                      <div key={at}>
                        <Histogram value={value} /> <span class="quiet">@ {timestamp(at * 1000)}</span>
                      </div>
                    ))}
                  </td>
                </tr>
              ))}
        </tbody>
      </table>
      {hidden > 0 && (
        <button type="button" class="button" onClick={props.onAll}>
          Show {count(hidden)} more series
        </button>
      )}
    </>
  );
}

/** A native histogram: its count and sum, and a bar for each bucket. */
function Histogram(props: { value: HistogramValue }) {
  const buckets = props.value.buckets ?? [];
  const highest = Math.max(...buckets.map((bucket) => numberOf(bucket[3])), 0);
  return (
    <div class="histogram">
      <div>
        <span class="quiet">count</span> {props.value.count} <span class="quiet">sum</span> {props.value.sum}
      </div>
      {buckets.length > 0 && (
        <div class="bars" role="img" aria-label={`${buckets.length} buckets`}>
          {buckets.map(([, from, to, number]) => (
            <i
              key={from}
              title={`${from} to ${to}: ${number}`}
              style={{ height: `${highest > 0 ? Math.max(4, (100 * numberOf(number)) / highest) : 4}%` }}
            />
          ))}
        </div>
      )}
    </div>
  );
}
