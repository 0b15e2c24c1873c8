import { useApi } from '../api';
import { ago, humanSeconds } from '../format';
import { useSearchParam } from '../router';
import { Await, Choice, Empty, Filter, LabelSet, PageHead, State } from '../ui/parts';

export interface ActiveTarget {
  discoveredLabels: Record<string, string>;
  labels: Record<string, string>;
  scrapePool: string;
  scrapeUrl: string;
  globalUrl: string;
  lastError: string;
  lastScrape: string;
  lastScrapeDuration: number;
  health: 'up' | 'down' | 'unknown';
  scrapeInterval: string;
  scrapeTimeout: string;
}

type Health = 'all' | ActiveTarget['health'];

const REFRESH = 5000;
const KINDS = { up: 'good', down: 'bad', unknown: 'idle' } as const;

/** What is scraped and how it went. */
export function TargetsPage() {
  const targets = useApi<{ activeTargets: ActiveTarget[] }>('targets', { state: 'active' }, REFRESH);
  const [filter, setFilter] = useSearchParam('search');
  const [health, setHealth] = useSearchParam('health', 'all');
  const all = targets.data?.activeTargets ?? [];
  const number = (of: Health) => all.filter((one) => of === 'all' || one.health === of).length;
  return (
    <>
      <PageHead title="Targets" note="What is scraped, and how the newest scrape went.">
        <Choice
          label="Health"
          value={health as Health}
          options={(['all', 'up', 'down', 'unknown'] as const).map((value) => ({
            value,
            text: value === 'all' ? 'All' : value[0]?.toUpperCase() + value.slice(1),
            count: number(value),
          }))}
          onChange={setHealth}
        />
        <Filter value={filter} onChange={setFilter} placeholder="Filter by address or label" />
      </PageHead>
      <Await of={targets} what="The list of targets">
        {({ activeTargets }) => {
          const shown = activeTargets.filter((one) => (health === 'all' || one.health === health) && matches(one, filter));
          const pools = [...new Set(shown.map((one) => one.scrapePool))];
          if (activeTargets.length === 0) {
            return <Empty title="No targets">The configuration has no scrape_configs, or their discovery found nothing.</Empty>;
          }
          if (shown.length === 0) {
            return <Empty title="No target fits the filter" />;
          }
          return pools.map((pool) => <Pool key={pool} name={pool} targets={shown.filter((one) => one.scrapePool === pool)} />);
        }}
      </Await>
    </>
  );
}

function matches(target: ActiveTarget, filter: string): boolean {
  const text = `${target.scrapeUrl} ${Object.entries(target.labels).map(([name, value]) => `${name}="${value}"`).join(' ')} ${target.lastError}`;
  return filter.toLowerCase().split(/\s+/).every((word) => text.toLowerCase().includes(word));
}

function Pool(props: { name: string; targets: ActiveTarget[] }) {
  const up = props.targets.filter((one) => one.health === 'up').length;
  return (
    <section class="card">
      <div class="card-head">
        <h2>{props.name}</h2>
        <span class="quiet">
          {up} of {props.targets.length} up
        </span>
      </div>
      <table class="stack">
        <thead>
          <tr>
            <th>Address</th>
            <th>Health</th>
            <th>Labels</th>
            <th class="num">Last scrape</th>
            <th class="num">Took</th>
          </tr>
        </thead>
        <tbody>
          {props.targets.map((target) => (
            <tr key={target.scrapeUrl + JSON.stringify(target.labels)}>
              <td class="url">
                <a href={target.globalUrl} rel="noreferrer" target="_blank">
                  {target.scrapeUrl}
                </a>
                {target.lastError && <div class="notice bad">{target.lastError}</div>}
              </td>
              <td>
                <State kind={KINDS[target.health]}>{target.health}</State>
              </td>
              <td>
                <LabelSet labels={target.labels} />
              </td>
              <td class="num" data-head="Last scrape" title={`every ${target.scrapeInterval}, at most ${target.scrapeTimeout}`}>
                {ago(target.lastScrape)}
              </td>
              <td class="num" data-head="Took">
                {humanSeconds(target.lastScrapeDuration)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
