import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { compact, count, timestamp, usesLocalTime } from '../format';
import { useDark } from '../theme';
import { SeriesName } from '../ui/parts';
import { numberOf, seriesText, type MatrixElement, type Metric } from './result';

export interface Exemplar {
  /** Seconds. */
  at: number;
  value: number;
  labels: Metric;
}

export interface ChartProps {
  series: MatrixElement[];
  /** The grid of the answer, in milliseconds. */
  frame: { start: number; end: number; step: number };
  stacked: boolean;
  fromZero: boolean;
  /** When the answer was here; the graph notes how long it took from then to be drawn. */
  arrived: number;
  exemplars: Exemplar[];
  onZoom: (from: number, to: number) => void;
}

const HEIGHT = 380;
const LEGEND_ROWS = 100;

// Told apart by lightness as well as hue; the first one is the accent.
const LIGHT = ['#c2410c', '#2563a8', '#3f7d20', '#8b3fa8', '#b58900', '#0f7c7c', '#b3245c', '#5b5bd6', '#6b4f2a', '#4b5563'];
const DARK = ['#fb923c', '#6cb2f7', '#8fce5a', '#cf9bea', '#e8c547', '#4fd1c5', '#f472a6', '#a5a5ff', '#c9a27a', '#a8b1bf'];

export function seriesColor(index: number, dark: boolean): string {
  const palette = dark ? DARK : LIGHT;
  const color = palette[index];
  return color ?? `hsl(${Math.round((index * 137.508) % 360)} ${dark ? '70% 68%' : '62% 40%'})`;
}

/** Texts of the time axis by the distance of its marks: what each mark says, and what is added where the day begins. */
const TIMES = [
  [86_400, '{YYYY}-{MM}-{DD}', null, null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
  [0.001, ':{ss}.{fff}', '\n{YYYY}-{MM}-{DD} {HH}:{mm}', null, '\n{MM}-{DD} {HH}:{mm}', null, '\n{HH}:{mm}', null, 1],
] as (string | number | null)[][];

type Columns = (number | null | undefined)[][];

/** The answer as one column per series over the grid of steps; a missing point is a gap. */
function columnsOf(series: MatrixElement[], frame: ChartProps['frame']): { times: number[]; columns: Columns } {
  const length = Math.floor((frame.end - frame.start) / frame.step) + 1;
  const times = Array.from({ length }, (_, i) => (frame.start + i * frame.step) / 1000);
  const columns = series.map((one) => {
    const column: (number | null)[] = new Array<number | null>(length).fill(null);
    for (const [at, text] of one.values ?? []) {
      const value = numberOf(text);
      const index = Math.round((at * 1000 - frame.start) / frame.step);
      if (index >= 0 && index < length && Number.isFinite(value)) {
        column[index] = value;
      }
    }
    for (const [at, value] of one.histograms ?? []) {
      const index = Math.round((at * 1000 - frame.start) / frame.step);
      if (index >= 0 && index < length) {
        column[index] = numberOf(value.count);
      }
    }
    return column;
  });
  return { times, columns };
}

/** Each column plus all shown ones before it. */
function stack(columns: Columns, shown: boolean[]): Columns {
  const sums = new Array<number>(columns[0]?.length ?? 0).fill(0);
  return columns.map((column, s) =>
    shown[s]
      ? column.map((value, i) => {
          sums[i] = (sums[i] ?? 0) + (value ?? 0);
          return value === null ? null : sums[i];
        })
      : column,
  );
}

interface Hover {
  left: number;
  top: number;
  at: number;
  metric: Metric;
  value: string;
  color: string;
}

/** A graph that can be zoomed by dragging, with a legend that switches series. */
export function Chart(props: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const dark = useDark();
  const [shown, setShown] = useState<boolean[]>([]);
  const [hover, setHover] = useState<Hover | null>(null);
  const [wholeLegend, setWholeLegend] = useState(false);
  const names = useMemo(() => props.series.map((one) => seriesText(one.metric)), [props.series]);
  const identity = names.join('\n');
  const base = useMemo(() => columnsOf(props.series, props.frame), [props.series, props.frame]);
  const hasHistograms = props.series.some((one) => one.histograms?.length);
  const onZoom = useRef(props.onZoom);
  onZoom.current = props.onZoom;
  const exemplars = useRef(props.exemplars);
  exemplars.current = props.exemplars;

  useEffect(() => setShown(names.map(() => true)), [identity]);
  const visible = shown.length === names.length ? shown : names.map(() => true);

  useEffect(() => {
    const element = host.current;
    if (!element) {
      return;
    }
    const style = getComputedStyle(element);
    const ink = style.getPropertyValue('--quiet');
    const line = style.getPropertyValue('--line');
    const drawn = props.stacked ? stack(base.columns, visible) : base.columns;
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: '12px "Inter Variable", system-ui' };
    const options: uPlot.Options = {
      width: element.clientWidth,
      height: HEIGHT,
      tzDate: usesLocalTime() ? (at) => new Date(at * 1000) : (at) => uPlot.tzDate(new Date(at * 1000), 'Etc/UTC'),
      legend: { show: false },
      scales: {
        x: { range: () => [props.frame.start / 1000, props.frame.end / 1000] },
        y: {
          range: (_, low, high) => {
            if (low === null || high === null) {
              return [0, 1];
            }
            const from = props.fromZero || props.stacked ? Math.min(0, low) : low;
            return from === high ? [from - Math.abs(from || 1) * 0.1, high + Math.abs(high || 1) * 0.1] : uPlot.rangeNum(from, high, { min: { pad: from === 0 ? 0 : 0.08 }, max: { pad: 0.08 } });
          },
        },
      },
      axes: [
        { ...axis, space: 80, values: TIMES },
        { ...axis, size: 62, values: (_, ticks) => ticks.map(compact) },
      ],
      cursor: { points: { size: 7 }, drag: { x: true, y: false, setScale: false }, focus: { prox: 1e6 } },
      focus: { alpha: 1 },
      series: [
        {},
        ...names.map((label, i) => ({
          label,
          show: visible[i] ?? true,
          stroke: seriesColor(i, dark),
          width: names.length > 30 ? 1 : 1.5,
          fill: props.stacked ? `color-mix(in srgb, ${seriesColor(i, dark)} 22%, transparent)` : undefined,
          points: { show: base.times.length < 2 ? true : undefined },
          spanGaps: false,
        })),
      ],
      bands: props.stacked ? names.slice(1).map((_, i) => ({ series: [i + 2, i + 1] as [number, number] })) : undefined,
      hooks: {
        setSelect: [
          (u) => {
            if (u.select.width > 4) {
              onZoom.current(u.posToVal(u.select.left, 'x') * 1000, u.posToVal(u.select.left + u.select.width, 'x') * 1000);
            }
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
        draw: [
          (u) => {
            drawExemplars(u, exemplars.current, style.getPropertyValue('--accent'));
            element.dataset.drawMillis ??= (performance.now() - props.arrived).toFixed(1);
          },
        ],
        setCursor: [(u) => setHover(hoverOf(u, props.series, base.columns, exemplars.current, dark))],
      },
    };
    const made = new uPlot(options, [base.times, ...drawn] as uPlot.AlignedData, element);
    plot.current = made;
    const resize = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== made.width) {
        made.setSize({ width: element.clientWidth, height: HEIGHT });
      }
    });
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [base, identity, dark, props.stacked, props.fromZero, visible.join()]);

  useEffect(() => plot.current?.redraw(), [props.exemplars]);

  const toggle = (index: number, others: boolean) => {
    if (others) {
      const alone = visible.every((on, i) => on === (i === index));
      setShown(names.map((_, i) => alone || i === index));
    } else {
      setShown(visible.map((on, i) => (i === index ? !on : on)));
    }
  };
  const rows = wholeLegend ? props.series : props.series.slice(0, LEGEND_ROWS);
  return (
    <div class="chart">
      <div class="plot" ref={host} role="img" aria-label={`Graph of ${names.length} series; the table has its newest values`}>
        {hover && (
          <div class={hover.left > (host.current?.clientWidth ?? 0) / 2 ? 'hover left' : 'hover'} style={{ left: `${hover.left}px`, top: `${hover.top}px` }}>
            <div class="quiet">{timestamp(hover.at * 1000)}</div>
            <div class="hover-value">
              <i style={{ background: hover.color }} />
              {hover.value}
            </div>
            <SeriesName metric={hover.metric} />
          </div>
        )}
      </div>
      {hasHistograms && <p class="quiet">Native histograms are drawn by their count; histogram_quantile() shows their distribution.</p>}
      <ul class="legend" aria-label="Series">
        {rows.map((one, i) => (
          <li key={names[i]}>
            <button
              type="button"
              aria-pressed={visible[i]}
              title="Click: show only this one. Ctrl+click: switch it"
              onClick={(event) => toggle(i, !(event.ctrlKey || event.metaKey))}
            >
              <i style={{ background: seriesColor(i, dark) }} />
              <SeriesName metric={one.metric} />
            </button>
          </li>
        ))}
      </ul>
      {rows.length < props.series.length && (
        <button type="button" class="button" onClick={() => setWholeLegend(true)}>
          Show {count(props.series.length - rows.length)} more series
        </button>
      )}
    </div>
  );
}

function drawExemplars(u: uPlot, exemplars: Exemplar[], color: string): void {
  const { ctx } = u;
  const size = 4 * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = color;
  for (const one of exemplars) {
    const x = u.valToPos(one.at, 'x', true);
    const y = clampedY(u, one.value, true);
    ctx.beginPath();
    ctx.moveTo(x, y - size);
    ctx.lineTo(x + size, y);
    ctx.lineTo(x, y + size);
    ctx.lineTo(x - size, y);
    ctx.fill();
  }
  ctx.restore();
}

/** An exemplar's value may lie outside of what the series span: it is drawn at the edge then. */
function clampedY(u: uPlot, value: number, canvas: boolean): number {
  const y = u.valToPos(value, 'y', canvas);
  const top = canvas ? u.bbox.top : 0;
  const height = canvas ? u.bbox.height : u.bbox.height / devicePixelRatio;
  return Math.min(top + height, Math.max(top, y));
}

function hoverOf(u: uPlot, series: MatrixElement[], raw: Columns, exemplars: Exemplar[], dark: boolean): Hover | null {
  const { left, top, idx } = u.cursor;
  if (left === undefined || top === undefined || left < 0 || idx === null || idx === undefined) {
    return null;
  }
  const offset = { left: u.over.offsetLeft, top: u.over.offsetTop };
  for (const one of exemplars) {
    if (Math.hypot(u.valToPos(one.at, 'x') - left, clampedY(u, one.value, false) - top) < 9) {
      return { left: left + offset.left, top: top + offset.top, at: one.at, metric: one.labels, value: `exemplar ${one.value}`, color: 'var(--accent)' };
    }
  }
  let best = -1;
  let distance = Infinity;
  for (let s = 1; s < u.series.length; s++) {
    const value = u.data[s]?.[idx];
    if (u.series[s]?.show && value !== null && value !== undefined) {
      const away = Math.abs(u.valToPos(value, 'y') - top);
      if (away < distance) {
        distance = away;
        best = s;
      }
    }
  }
  const at = u.data[0][idx];
  const found = series[best - 1];
  if (!found || at === undefined) {
    return null;
  }
  return { left: left + offset.left, top: top + offset.top, at, metric: found.metric, value: String(raw[best - 1]?.[idx]), color: seriesColor(best - 1, dark) };
}
