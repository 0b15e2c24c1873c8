import { useState } from 'preact/hooks';
import { useApi } from '../api';
import { count } from '../format';
import { useSearchParam } from '../router';
import { Await, Choice, Empty, Filter, LabelSet, PageHead, State } from '../ui/parts';
import type { ActiveTarget } from './Targets';

interface Discovered {
  activeTargets: ActiveTarget[];
  droppedTargets: { discoveredLabels: Record<string, string>; scrapePool: string }[];
  droppedTargetCounts: Record<string, number> | null;
}

interface Entry {
  pool: string;
  discovered: Record<string, string>;
  labels: Record<string, string> | undefined;
}

const MOST = 200;

/** What discovery found, and what relabelling made of it. */
export function DiscoveryPage() {
  const found = useApi<Discovered>('targets', { state: 'any' }, 15_000);
  const [filter, setFilter] = useSearchParam('search');
  const [kind, setKind] = useSearchParam('state', 'all');
  const entries: Entry[] = found.data
    ? [
        ...found.data.activeTargets.map((one) => ({ pool: one.scrapePool, discovered: one.discoveredLabels, labels: one.labels })),
        ...found.data.droppedTargets.map((one) => ({ pool: one.scrapePool, discovered: one.discoveredLabels, labels: undefined })),
      ]
    : [];
  const shown = entries.filter(
    (one) =>
      (kind === 'all' || (kind === 'dropped') === (one.labels === undefined)) &&
      JSON.stringify(one).toLowerCase().includes(filter.toLowerCase()),
  );
  const pools = [...new Set(shown.map((one) => one.pool))];
  return (
    <>
      <PageHead title="Service discovery" note="What was discovered, and what relabelling made of it.">
        <Choice
          label="Targets"
          value={kind}
          options={[
            { value: 'all', text: 'All', count: entries.length },
            { value: 'active', text: 'Kept', count: entries.filter((one) => one.labels).length },
            { value: 'dropped', text: 'Dropped', count: entries.filter((one) => !one.labels).length },
          ]}
          onChange={setKind}
        />
        <Filter value={filter} onChange={setFilter} placeholder="Filter by label" />
      </PageHead>
      <Await of={found} what="Service discovery">
        {(data) =>
          shown.length === 0 ? (
            <Empty title={entries.length === 0 ? 'Nothing discovered' : 'Nothing fits the filter'} />
          ) : (
            pools.map((pool) => {
              const list = shown.filter((one) => one.pool === pool);
              return (
                <section class="card" key={pool}>
                  <div class="card-head">
                    <h2>{pool}</h2>
                    <span class="quiet">
                      {count(data.activeTargets.filter((one) => one.scrapePool === pool).length)} kept,{' '}
                      {count(data.droppedTargetCounts?.[pool] ?? data.droppedTargets.filter((one) => one.scrapePool === pool).length)} dropped
                    </span>
                  </div>
                  {list.slice(0, MOST).map((entry, i) => (
                    <Target key={i} entry={entry} />
                  ))}
                  {list.length > MOST && <p class="card-body quiet">{count(list.length - MOST)} more; filter to see them.</p>}
                </section>
              );
            })
          )
        }
      </Await>
    </>
  );
}

function Target({ entry }: { entry: Entry }) {
  const [steps, setSteps] = useState(false);
  return (
    <details class="row">
      <summary>
        <span class="mono url">{entry.discovered.__address__ ?? '(no address)'}</span>
        <span class="fill" />
        {entry.labels ? <State kind="good">kept</State> : <State kind="idle">dropped</State>}
      </summary>
      <div class="row-body">
        <div class="pair">
          <div>
            <h3>Discovered labels</h3>
            <LabelSet labels={entry.discovered} />
          </div>
          <div>
            <h3>Target labels</h3>
            {entry.labels ? <LabelSet labels={entry.labels} /> : <span class="quiet">none: a relabel rule dropped it</span>}
          </div>
        </div>
        <div>
          <button type="button" class="button" aria-expanded={steps} onClick={() => setSteps(!steps)}>
            {steps ? 'Hide relabel steps' : 'Show relabel steps'}
          </button>
        </div>
        {steps && <Steps entry={entry} />}
      </div>
    </details>
  );
}

interface Step {
  rule: Record<string, unknown>;
  output: Record<string, string>;
  keep: boolean;
}

function Steps({ entry }: { entry: Entry }) {
  const steps = useApi<{ steps: Step[] }>('targets/relabel_steps', {
    scrapePool: entry.pool,
    labels: JSON.stringify(entry.discovered),
  });
  return (
    <Await of={steps} what="The list of relabel steps">
      {(data) =>
        data.steps.length === 0 ? (
          <Empty title="No relabel rules">Discovered labels are taken as they are.</Empty>
        ) : (
          <ol class="steps">
            {data.steps.map((step, i) => (
              <li key={i}>
                <code>
                  {Object.entries(step.rule)
                    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
                    .join(' · ')}
                </code>
                {step.keep ? <LabelSet labels={changed(step.output, i === 0 ? entry.discovered : (data.steps[i - 1]?.output ?? {}))} /> : <State kind="idle">dropped here</State>}
              </li>
            ))}
          </ol>
        )
      }
    </Await>
  );
}

/** What a step set or took away. */
function changed(after: Record<string, string>, before: Record<string, string>): Record<string, string> {
  const set = Object.entries(after).filter(([name, value]) => before[name] !== value);
  const gone = Object.keys(before).filter((name) => !(name in after));
  return Object.fromEntries([...set, ...gone.map((name) => [name, ''])]);
}
