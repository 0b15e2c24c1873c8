import { useApi } from '../api';
import { ago, humanSeconds } from '../format';
import { pageUrl, useSearchParam } from '../router';
import { Await, Choice, Empty, Filter, LabelSet, PageHead, State } from '../ui/parts';

export interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  state: 'pending' | 'firing';
  activeAt?: string;
  keepFiringSince?: string;
  value: string;
}

export interface Rule {
  type: 'alerting' | 'recording';
  name: string;
  query: string;
  health: 'ok' | 'err' | 'unknown';
  lastError?: string;
  evaluationTime: number;
  lastEvaluation: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  state?: 'inactive' | 'pending' | 'firing' | 'unknown';
  duration?: number;
  keepFiringFor?: number;
  alerts?: Alert[];
}

export interface RuleGroup {
  name: string;
  file: string;
  interval: number;
  limit?: number;
  rules: Rule[];
  evaluationTime: number;
  lastEvaluation: string;
}

/** Which way a rule is evaluated, and why. */
interface Way {
  name: string;
  query: string;
  evaluation: 'incremental' | 'partly' | 'plain' | 'store' | 'unplanned';
  reason: string;
  shared: string[];
}

interface WayGroup {
  name: string;
  file: string;
  rules: Way[];
}

const WAYS = { incremental: 'incremental', partly: 'partly incremental', plain: 'plain', store: 'from the store', unplanned: 'not yet' } as const;

/** The address of the query page with an expression. */
export function queryUrl(expr: string): string {
  return pageUrl('query', `?${new URLSearchParams({ 'g0.expr': expr, 'g0.tab': 'graph' })}`);
}

const KINDS = { ok: 'good', err: 'bad', unknown: 'idle' } as const;

/** Rule groups and how their newest evaluation went. */
export function RulesPage() {
  const groups = useApi<{ groups: RuleGroup[] }>('rules', {}, 5000);
  const explained = useApi<{ groups: WayGroup[] }>('explain/rules', {}, 30_000);
  const ways = new Map(
    explained.data?.groups.flatMap((group) => group.rules.map((rule) => [keyOf(group, rule), rule] as const)),
  );
  const [filter, setFilter] = useSearchParam('search');
  const [health, setHealth] = useSearchParam('health', 'all');
  const fits = (rule: Rule) =>
    (health === 'all' || rule.health === health) && `${rule.name} ${rule.query}`.toLowerCase().includes(filter.toLowerCase());
  return (
    <>
      <PageHead title="Rules" note="Groups of rules, and how their newest evaluation went.">
        <Choice
          label="Health"
          value={health}
          options={['all', 'ok', 'err', 'unknown'].map((value) => ({
            value,
            text: { all: 'All', ok: 'OK', err: 'Failing', unknown: 'Not run' }[value] ?? value,
          }))}
          onChange={setHealth}
        />
        <Filter value={filter} onChange={setFilter} placeholder="Filter by name or expression" />
      </PageHead>
      <Await of={groups} what="The list of rules">
        {(data) => {
          const shown = data.groups.map((group) => ({ ...group, rules: group.rules.filter(fits) })).filter((group) => group.rules.length > 0);
          if (data.groups.length === 0) {
            return <Empty title="No rules">The configuration names no rule_files.</Empty>;
          }
          if (shown.length === 0) {
            return <Empty title="No rule fits the filter" />;
          }
          return shown.map((group) => <Group key={`${group.file};${group.name}`} group={group} ways={ways} />);
        }}
      </Await>
    </>
  );
}

function keyOf(group: { file: string; name: string }, rule: { name: string; query: string }): string {
  return JSON.stringify([group.file, group.name, rule.name, rule.query]);
}

function WayOf({ way }: { way: Way | undefined }) {
  if (!way) {
    return null;
  }
  const shared = way.shared.length > 0 ? `\nKept: ${way.shared.join(', ')}` : '';
  return (
    <span class="quiet" title={way.reason + shared}>
      {WAYS[way.evaluation]}
    </span>
  );
}

function Group({ group, ways }: { group: RuleGroup; ways: Map<string, Way> }) {
  return (
    <section class="card">
      <div class="card-head">
        <h2>{group.name}</h2>
        <span class="quiet url">{group.file}</span>
        <span class="fill" />
        <span class="quiet">
          every {humanSeconds(group.interval)} · {ago(group.lastEvaluation)} · took {humanSeconds(group.evaluationTime)}
        </span>
      </div>
      {group.rules.map((rule, i) => (
        <details class="row" key={i}>
          <summary>
            <b>{rule.name}</b>
            <span class="quiet">{rule.type === 'alerting' ? 'alert' : 'record'}</span>
            <span class="fill" />
            <WayOf way={ways.get(keyOf(group, rule))} />
            <State kind={KINDS[rule.health]}>{rule.health === 'err' ? 'failing' : rule.health === 'ok' ? 'ok' : 'not run'}</State>
          </summary>
          <div class="row-body">
            {rule.lastError && <div class="notice bad">{rule.lastError}</div>}
            <a class="expr" href={queryUrl(rule.query)}>
              {rule.query}
            </a>
            {rule.labels && Object.keys(rule.labels).length > 0 && <LabelSet labels={rule.labels} />}
            <span class="quiet">
              {rule.duration ? `for ${humanSeconds(rule.duration)} · ` : ''}
              {rule.keepFiringFor ? `keeps firing for ${humanSeconds(rule.keepFiringFor)} · ` : ''}
              evaluated {ago(rule.lastEvaluation)}, took {humanSeconds(rule.evaluationTime)}
            </span>
          </div>
        </details>
      ))}
    </section>
  );
}
