import { useEffect, useMemo, useState } from 'preact/hooks';
import { ask } from '../api';
import { count, parseDuration, printDuration } from '../format';
import { Icon } from '../ui/icons';
import { Choice, Empty, Failure, Skeleton } from '../ui/parts';
import { Chart, type Exemplar } from './Chart';
import { type PanelState, type Resolution, stepOf } from './panels';
import { Remarks } from './Remarks';
import type { QueryData } from './result';
import { TimeField } from './TimeField';
import { useQuery, useTicks } from './useQuery';

const RANGES = ['1m', '5m', '10m', '30m', '1h', '2h', '6h', '12h', '1d', '2d', '7d', '14d', '30d', '90d', '365d'];
const LIVE_MILLIS = 2000;

interface Frame {
  start: number;
  end: number;
  step: number;
}

/** The answer of a range query as a graph. */
export function GraphView(props: {
  panel: PanelState;
  run: number;
  live: boolean;
  onChange: (panel: PanelState, newEntry: boolean) => void;
}) {
  const { panel } = props;
  const ticks = useTicks(props.live && panel.end === null, LIVE_MILLIS);
  const step = stepOf(panel);
  const key =
    panel.expr.trim() === '' ? null : `${panel.expr} ${panel.range} ${panel.end} ${step} ${props.run} ${ticks}`;
  const [frame, setFrame] = useState<Frame>({ start: 0, end: 0, step });
  const { answer, error, loading } = useQuery<QueryData>(key, 'query_range', () => {
    // On the grid of the step, so that a refresh asks for the same points and one more.
    const end = Math.floor((panel.end ?? Date.now()) / step) * step;
    const next = { start: end - Math.floor(panel.range / step) * step, end, step };
    setFrame(next);
    return { query: panel.expr, start: next.start / 1000, end: next.end / 1000, step: step / 1000 };
  });
  const exemplars = useExemplars(panel.exemplars && key !== null ? panel.expr : null, frame);
  const change = (part: Partial<PanelState>) => props.onChange({ ...panel, ...part }, false);
  const data = answer?.data;
  // The frame that belongs to the answer: it changes together with it, not with the next request.
  const shown = useMemo(() => frame, [answer]);
  return (
    <>
      <div class="controls">
        <RangeField value={panel.range} onChange={(range) => change({ range })} />
        <TimeField label="End time" value={panel.end} step={panel.range / 2} onChange={(end) => change({ end })} />
        <ResolutionField panel={panel} onChange={change} />
        <Choice
          label="Drawing"
          value={panel.stacked ? 'stacked' : 'lines'}
          options={[
            { value: 'lines', text: 'Lines' },
            { value: 'stacked', text: 'Stacked' },
          ]}
          onChange={(kind) => change({ stacked: kind === 'stacked' })}
        />
        <label class="check">
          <input type="checkbox" checked={panel.exemplars} onChange={(event) => change({ exemplars: event.currentTarget.checked })} />
          Exemplars
        </label>
        <label class="check">
          <input type="checkbox" checked={panel.fromZero} onChange={(event) => change({ fromZero: event.currentTarget.checked })} />
          From zero
        </label>
        <span class="fill" />
        {answer && data?.resultType === 'matrix' && (
          <span class="quiet facts">
            {count(data.result.length)} series · {printDuration(step)} steps · {Math.round(answer.millis)} ms
          </span>
        )}
      </div>
      {error && <Failure error={error} what="The query" />}
      {answer && <Remarks answer={answer} />}
      {exemplars.note && <div class="quiet">{exemplars.note}</div>}
      {key === null && <Empty title="No query yet">Type an expression and press Enter.</Empty>}
      {!answer && !error && loading && <Skeleton lines={8} />}
      {data?.resultType === 'matrix' &&
        (data.result.length === 0 ? (
          <Empty title="No data">No series match the query in this time range.</Empty>
        ) : (
          <Chart
            series={data.result}
            frame={shown}
            stacked={panel.stacked}
            fromZero={panel.fromZero}
            arrived={answer?.arrived ?? 0}
            exemplars={exemplars.found}
            onZoom={(from, to) => props.onChange({ ...panel, range: Math.max(1000, Math.round(to - from)), end: Math.round(to / 1000) * 1000 }, true)}
          />
        ))}
    </>
  );
}

function RangeField(props: { value: number; onChange: (value: number) => void }) {
  const shown = printDuration(props.value);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);
  const parsed = parseDuration(text);
  const take = () => {
    if (parsed) {
      props.onChange(parsed);
    }
  };
  const lengths = RANGES.map((range) => parseDuration(range) ?? 0);
  const shorter = lengths.filter((length) => length < props.value).pop();
  const longer = lengths.find((length) => length > props.value);
  return (
    <div class="field-group" role="group" aria-label="Range">
      <button type="button" aria-label="Shorter range" disabled={!shorter} onClick={() => shorter && props.onChange(shorter)}>
        <Icon name="minus" />
      </button>
      <input
        class="short"
        aria-label="Range"
        aria-invalid={!parsed}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === 'Enter' && take()}
      />
      <button type="button" aria-label="Longer range" disabled={!longer} onClick={() => longer && props.onChange(longer)}>
        <Icon name="plus" />
      </button>
    </div>
  );
}

function ResolutionField(props: { panel: PanelState; onChange: (part: Partial<PanelState>) => void }) {
  const { panel } = props;
  const [text, setText] = useState(printDuration(panel.step));
  const parsed = parseDuration(text);
  return (
    <div class="field-group" role="group" aria-label="Resolution">
      <select
        aria-label="Resolution"
        value={panel.resolution}
        onChange={(event) => props.onChange({ resolution: event.currentTarget.value as Resolution })}
      >
        <option value="low">Low res.</option>
        <option value="medium">Medium res.</option>
        <option value="high">High res.</option>
        <option value="custom">Own step</option>
      </select>
      {panel.resolution === 'custom' && (
        <input
          class="short"
          aria-label="Step"
          aria-invalid={!parsed}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onBlur={() => parsed && props.onChange({ step: parsed })}
          onKeyDown={(event) => event.key === 'Enter' && parsed && props.onChange({ step: parsed })}
        />
      )}
    </div>
  );
}

interface ExemplarSeries {
  seriesLabels: Record<string, string>;
  exemplars: { labels: Record<string, string>; value: string; timestamp: number }[];
}

function useExemplars(expr: string | null, frame: Frame): { found: Exemplar[]; note: string } {
  const [state, setState] = useState<{ found: Exemplar[]; note: string }>({ found: [], note: '' });
  useEffect(() => {
    if (expr === null || frame.end === 0) {
      setState({ found: [], note: '' });
      return;
    }
    const abort = new AbortController();
    ask<ExemplarSeries[]>(
      'query_exemplars',
      { query: expr, start: frame.start / 1000, end: frame.end / 1000 },
      { signal: abort.signal },
    ).then(
      ({ data }) => {
        const found = data.flatMap((series) =>
          series.exemplars.map((one) => ({
            at: one.timestamp,
            value: Number(one.value),
            labels: { ...series.seriesLabels, ...one.labels },
          })),
        );
        setState({ found, note: found.length === 0 ? 'No exemplars in this time range.' : '' });
      },
      (failure: unknown) => {
        if (!abort.signal.aborted) {
          setState({ found: [], note: `Exemplars: ${failure instanceof Error ? failure.message : failure}` });
        }
      },
    );
    return () => abort.abort();
  }, [expr, frame.start, frame.end]);
  return state;
}
