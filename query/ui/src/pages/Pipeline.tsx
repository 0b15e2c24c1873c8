import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useApi } from '../api';
import { bytes, compact, count, humanSeconds } from '../format';
import { Await, Empty, PageHead, State } from '../ui/parts';
import { edgePath, layoutOf, type Place } from './flow';

export interface Stage {
  id: string;
  name: string;
  kind: 'source' | 'operator' | 'sink';
  task: string;
  parallelism: number;
  batchesIn: number;
  batchesOut: number;
  samples?: number;
  watermark?: number;
  watermarkLagSeconds?: number;
}

export interface Edge {
  from: string;
  to: string;
  chained: boolean;
}

interface Task {
  id: string;
  name: string;
  busy: number;
  idle: number;
  backPressured: number;
  inputFill: number;
  outputFill: number;
}

interface Queue {
  name: string;
  stage: string;
  used: number;
  capacity: number;
  unit: string;
}

interface Pipeline {
  state: string;
  at: number;
  restarts: number;
  checkpoints: { completed: number; failed: number; lastMillis: number; lastBytes: number };
  stages: Stage[];
  edges: Edge[];
  tasks: Task[];
  queues: Queue[];
}

/** What passed a stage each second, between the two newest answers and in the minute before. */
interface Flow {
  batches: number;
  samples: number | null;
  history: number[];
}

const POLL_MILLIS = 1000;
const HISTORY = 60;
const SMOOTHED = 6;

/** The stages of the job with their rates, how far they are behind, and what holds them up, as a moving picture. */
export function PipelinePage() {
  const status = useApi<Pipeline>('status/pipeline', {}, POLL_MILLIS);
  const flows = useFlows(status.data);
  return (
    <>
      <PageHead title="Pipeline" note="The job that takes samples from their sources to the store, as it runs now." />
      <Await of={status} what="The pipeline">
        {(data) =>
          data.stages.length === 0 ? (
            <Empty title="No pipeline here">This server only answers queries; the job runs elsewhere.</Empty>
          ) : (
            <>
              <Facts data={data} />
              <Picture data={data} flows={flows} />
              <Load tasks={data.tasks} />
            </>
          )
        }
      </Await>
    </>
  );
}

/** Rates from the counters of the newest answers: those shown over some seconds, so that bursts do not flicker. */
function useFlows(data: Pipeline | undefined): Map<string, Flow> {
  const answers = useRef<Pipeline[]>([]);
  const [flows, setFlows] = useState<Map<string, Flow>>(new Map());
  useEffect(() => {
    const newest = answers.current.at(-1);
    if (!data || (newest && data.at <= newest.at)) {
      return;
    }
    const restarted = newest && data.restarts !== newest.restarts; // its counters have begun anew
    answers.current = [...(restarted ? [] : answers.current), data].slice(-SMOOTHED);
    const oldest = answers.current[0];
    if (!newest || restarted || !oldest) {
      return;
    }
    setFlows((last) => {
      const next = new Map<string, Flow>();
      for (const stage of data.stages) {
        const shown = passed(oldest, data, stage.id);
        const now = passed(newest, data, stage.id);
        const history = [...(last.get(stage.id)?.history ?? []), now.samples ?? now.batches].slice(-HISTORY);
        next.set(stage.id, { ...shown, history });
      }
      return next;
    });
  }, [data]);
  return flows;
}

/** What passed a stage each second between two answers. */
function passed(before: Pipeline, after: Pipeline, id: string): { batches: number; samples: number | null } {
  const [was, is] = [before, after].map((answer) => answer.stages.find((stage) => stage.id === id));
  const seconds = (after.at - before.at) / 1000;
  const rate = (then: number | undefined, now: number | undefined) => Math.max(0, (now ?? 0) - (then ?? now ?? 0)) / seconds;
  return {
    batches: Math.max(rate(was?.batchesOut, is?.batchesOut), rate(was?.batchesIn, is?.batchesIn)),
    samples: is?.samples === undefined ? null : rate(was?.samples, is.samples),
  };
}

function Facts({ data }: { data: Pipeline }) {
  const { checkpoints } = data;
  const running = data.state === 'RUNNING';
  return (
    <dl class="facts-grid">
      <div>
        <dt>Job</dt>
        <dd class="small">
          <State kind={running ? 'good' : 'warn'}>{data.state.toLowerCase()}</State>
        </dd>
      </div>
      <div>
        <dt>Restarts</dt>
        <dd>{count(data.restarts)}</dd>
      </div>
      <div>
        <dt>Checkpoints</dt>
        <dd>
          {count(checkpoints.completed)}
          {checkpoints.failed > 0 && <span class="quiet"> · {count(checkpoints.failed)} failed</span>}
        </dd>
      </div>
      <div>
        <dt>Newest checkpoint</dt>
        <dd class="small">
          {humanSeconds(checkpoints.lastMillis / 1000)}, {bytes(checkpoints.lastBytes)}
        </dd>
      </div>
      {data.queues.map((queue) => (
        <div key={queue.name}>
          <dt>
            {queue.stage}: {queue.name}
          </dt>
          <dd class="small">
            {queue.unit === 'bytes' ? bytes(queue.used) : count(queue.used)}{' '}
            <span class="quiet">of {queue.unit === 'bytes' ? bytes(queue.capacity) : count(queue.capacity)}</span>
            <span class="meter">
              <i style={{ width: `${Math.min(100, (100 * queue.used) / Math.max(1, queue.capacity))}%` }} />
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Picture({ data, flows }: { data: Pipeline; flows: Map<string, Flow> }) {
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = host.current;
    if (!element) {
      return;
    }
    const observer = new ResizeObserver(() => setWidth(element.clientWidth - 4));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const shape = data.stages.map((stage) => stage.id).join() + data.edges.map((edge) => edge.from + edge.to).join();
  const layout = useMemo(() => (width > 0 ? layoutOf(data.stages, data.edges, width) : null), [shape, width]);
  const tasks = new Map(data.tasks.map((task) => [task.id, task]));
  return (
    <section class="flow" ref={host} aria-label="Stages">
      {layout && (
        <div class="flow-plane" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
          <svg class="flow-edges" width={layout.width} height={layout.height} aria-hidden="true">
            {data.edges.map((edge) => {
              const from = layout.places.get(edge.from);
              const to = layout.places.get(edge.to);
              return from && to ? (
                <Pipe
                  key={edge.from + edge.to}
                  path={edgePath(from, to, layout.vertical)}
                  chained={edge.chained}
                  rate={flows.get(data.edges.filter((one) => one.to === edge.to).length === 1 ? edge.to : edge.from)?.batches ?? 0}
                  pressed={(tasks.get(data.stages.find((stage) => stage.id === edge.from)?.task ?? '')?.backPressured ?? 0) > 0.1}
                />
              ) : null;
            })}
          </svg>
          <ol>
            {data.stages.map((stage) => {
              const place = layout.places.get(stage.id);
              return place ? <StageCard key={stage.id} stage={stage} flow={flows.get(stage.id)} task={tasks.get(stage.task)} place={place} /> : null;
            })}
          </ol>
        </div>
      )}
      <p class="quiet flow-note">
        A dot is a batch: a whole scrape or a whole request. Solid pipes join stages of one thread, where batches pass by reference; broken ones lead
        to another.
      </p>
    </section>
  );
}

const TRAVEL_SECONDS = 1.6;
const MOST_DOTS = 14;

/** A pipe whose dots pass as often as batches do, as long as that can be seen. */
function Pipe(props: { path: string; chained: boolean; rate: number; pressed: boolean }) {
  // In steps, so that the dots do not start anew with each answer.
  const rate = props.rate <= 0 ? 0 : 2 ** (Math.round(Math.log2(props.rate) * 2) / 2);
  const dots = rate === 0 ? 0 : Math.min(MOST_DOTS, Math.max(1, Math.round(rate * TRAVEL_SECONDS)));
  const period = rate === 0 ? 0 : Math.max(TRAVEL_SECONDS, dots / rate);
  const along = { path: props.path } as object; // an attribute that the types of SVG here lack
  const share = Math.min(1, TRAVEL_SECONDS / period).toFixed(3);
  return (
    <g class={props.pressed ? 'pipe pressed' : 'pipe'}>
      <path d={props.path} class={props.chained ? '' : 'broken'} />
      {Array.from({ length: dots }, (_, i) => (
        <circle key={`${rate}/${i}`} r="3.6" opacity="0">
          <animateMotion
            {...along}
            dur={`${period}s`}
            begin={`${(-i * period) / dots}s`}
            repeatCount="indefinite"
            calcMode="linear"
            keyPoints="0;1;1"
            keyTimes={`0;${share};1`}
          />
          <animate
            attributeName="opacity"
            dur={`${period}s`}
            begin={`${(-i * period) / dots}s`}
            repeatCount="indefinite"
            calcMode="discrete"
            values="1;0"
            keyTimes={`0;${share}`}
          />
        </circle>
      ))}
    </g>
  );
}

const KINDS = { source: 'Source', operator: 'Operator', sink: 'Sink' } as const;

function StageCard(props: { stage: Stage; flow: Flow | undefined; task: Task | undefined; place: Place }) {
  const { stage, flow, task, place } = props;
  const lag = stage.watermarkLagSeconds;
  return (
    <li class={`stage ${stage.kind}`} style={{ left: `${place.x}px`, top: `${place.y}px`, width: `${place.width}px`, height: `${place.height}px` }}>
      <div class="stage-kind">
        {KINDS[stage.kind]}
        {stage.parallelism > 1 && ` × ${stage.parallelism}`}
      </div>
      <h3>{stage.name}</h3>
      <div class="stage-rate">
        {flow ? compact(Math.round(flow.samples ?? flow.batches)) : '–'}
        <small> {flow && flow.samples === null ? 'batches/s' : 'samples/s'}</small>
      </div>
      <Spark values={flow?.history ?? []} />
      <div class="stage-facts quiet">
        <span>{flow ? rateText(flow.batches) : '–'} batches/s</span>
        <span title="How far its output is behind the clock, in event time">{lag === undefined ? 'idle' : `${humanSeconds(lag)} behind`}</span>
      </div>
      {task && (
        <div class="load-bar" role="img" aria-label={loadText(task)} title={loadText(task)}>
          <i class="busy" style={{ width: `${100 * task.busy}%` }} />
          <i class="pressed" style={{ width: `${100 * task.backPressured}%` }} />
        </div>
      )}
    </li>
  );
}

function rateText(rate: number): string {
  return rate === 0 ? '0' : rate < 10 ? rate.toFixed(1) : compact(Math.round(rate));
}

function loadText(task: Task): string {
  return `busy ${percent(task.busy)}, held up ${percent(task.backPressured)}, idle ${percent(task.idle)}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function Spark({ values }: { values: number[] }) {
  const highest = Math.max(...values, 1e-9);
  const points = values.map((value, i) => `${(((HISTORY - values.length + i) / (HISTORY - 1)) * 100).toFixed(2)},${(22 - (20 * value) / highest).toFixed(2)}`);
  return (
    <svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
      {points.length > 1 && <polyline points={points.join(' ')} />}
    </svg>
  );
}

function Load({ tasks }: { tasks: Task[] }) {
  return (
    <section class="card spaced">
      <div class="card-head">
        <h2>Tasks</h2>
        <span class="quiet">threads of the job, and how full the buffers between them are</span>
      </div>
      <div class="table-wrap">
        <table class="stack">
          <thead>
            <tr>
              <th>Stages</th>
              <th>Load</th>
              <th class="num">Busy</th>
              <th class="num">Held up</th>
              <th class="num">Idle</th>
              <th class="num">Buffers in</th>
              <th class="num">Buffers out</th>
            </tr>
          </thead>
          <tbody>
            {tasks.map((task) => (
              <tr key={task.id}>
                <td>{task.name}</td>
                <td class="load-cell">
                  <div class="load-bar" aria-hidden="true">
                    <i class="busy" style={{ width: `${100 * task.busy}%` }} />
                    <i class="pressed" style={{ width: `${100 * task.backPressured}%` }} />
                  </div>
                </td>
                <td class="num" data-head="Busy">{percent(task.busy)}</td>
                <td class="num" data-head="Held up">{percent(task.backPressured)}</td>
                <td class="num" data-head="Idle">{percent(task.idle)}</td>
                <td class="num" data-head="Buffers in">{percent(task.inputFill)}</td>
                <td class="num" data-head="Buffers out">{percent(task.outputFill)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
