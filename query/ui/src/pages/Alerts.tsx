import { useState } from 'preact/hooks';
import { useApi } from '../api';
import { ago, humanSeconds, plain, timestamp } from '../format';
import { useSearchParam } from '../router';
import { Await, Choice, Empty, Filter, LabelSet, PageHead, State } from '../ui/parts';
import { queryUrl, type Rule, type RuleGroup } from './Rules';

type AlertState = NonNullable<Rule['state']>;

const KINDS = { firing: 'bad', pending: 'warn', inactive: 'good', unknown: 'idle' } as const;
const ORDER: AlertState[] = ['firing', 'pending', 'inactive', 'unknown'];

/** Alerting rules by state, their alerts, and what happened before. */
export function AlertsPage() {
  const groups = useApi<{ groups: RuleGroup[] }>('rules', { type: 'alert' }, 5000);
  const [filter, setFilter] = useSearchParam('search');
  const [state, setState] = useSearchParam('state', 'all');
  const rules = (groups.data?.groups ?? []).flatMap((group) => group.rules.map((rule) => ({ group, rule })));
  const stateOf = (rule: Rule): AlertState => rule.state ?? 'unknown';
  const shown = rules
    .filter(({ rule }) => (state === 'all' || stateOf(rule) === state) && `${rule.name} ${rule.query}`.toLowerCase().includes(filter.toLowerCase()))
    .sort((a, b) => ORDER.indexOf(stateOf(a.rule)) - ORDER.indexOf(stateOf(b.rule)));
  return (
    <>
      <PageHead title="Alerts" note="Alerting rules and their alerts; those that fire come first.">
        <Choice
          label="State"
          value={state}
          options={['all', ...ORDER].map((value) => ({
            value,
            text: value === 'all' ? 'All' : (value[0]?.toUpperCase() ?? '') + value.slice(1),
            count: rules.filter(({ rule }) => value === 'all' || stateOf(rule) === value).length,
          }))}
          onChange={setState}
        />
        <Filter value={filter} onChange={setFilter} placeholder="Filter by name or expression" />
      </PageHead>
      <Await of={groups} what="The list of alerts">
        {() =>
          shown.length === 0 ? (
            rules.length === 0 ? (
              <Empty title="No alerting rules">The rule files of the configuration have none.</Empty>
            ) : (
              <Empty title="No alert fits the filter" />
            )
          ) : (
            shown.map(({ group, rule }, i) => (
              <details class="card" key={`${group.file};${group.name};${rule.name};${i}`} open={stateOf(rule) === 'firing'}>
                <summary>
                  <b>{rule.name}</b>
                  <State kind={KINDS[stateOf(rule)]}>
                    {stateOf(rule)}
                    {rule.alerts && rule.alerts.length > 0 ? ` (${rule.alerts.length})` : ''}
                  </State>
                  <span class="fill" />
                  <span class="quiet">{group.name}</span>
                </summary>
                <AlertingRule rule={rule} />
              </details>
            ))
          )
        }
      </Await>
    </>
  );
}

function AlertingRule({ rule }: { rule: Rule }) {
  const [history, setHistory] = useState(false);
  return (
    <div class="row-body">
      <a class="expr" href={queryUrl(rule.query)}>
        {rule.query}
      </a>
      <span class="quiet">
        {rule.duration ? `for ${humanSeconds(rule.duration)}, ` : ''}
        evaluated {ago(rule.lastEvaluation)}
      </span>
      {rule.lastError && <div class="notice bad">{rule.lastError}</div>}
      {rule.alerts && rule.alerts.length > 0 && (
        <div class="table-wrap">
          <table class="stack">
            <thead>
              <tr>
                <th>Alert</th>
                <th>State</th>
                <th>Active since</th>
                <th class="num">Value</th>
              </tr>
            </thead>
            <tbody>
              {rule.alerts.map((alert) => (
                <tr key={JSON.stringify(alert.labels)}>
                  <td>
                    <LabelSet labels={alert.labels} skip={['alertname']} />
                    {Object.entries(alert.annotations).map(([name, text]) => (
                      <div key={name} class="quiet pre-wrap">
                        {name}: {text}
                      </div>
                    ))}
                  </td>
                  <td>
                    <State kind={KINDS[alert.state]}>{alert.state}</State>
                  </td>
                  <td title={alert.activeAt}>{ago(alert.activeAt)}</td>
                  <td class="num mono">{plain(alert.value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div>
        <button type="button" class="button" aria-expanded={history} onClick={() => setHistory(!history)}>
          {history ? 'Hide history' : 'Show history'}
        </button>
      </div>
      {history && <History name={rule.name} />}
    </div>
  );
}

interface Notification {
  alertmanager: string;
  /** RFC 3339. */
  sentAt: string;
  taken: boolean;
  answer: string;
}

/** A change of an alert's state; times as RFC 3339. */
interface Transition {
  labels: Record<string, string>;
  from: string;
  to: string;
  at: string;
  value: string;
  why?: string;
  sampleTime?: string;
  evaluatedAt?: string;
  notifications?: Notification[];
}

function History(props: { name: string }) {
  const history = useApi<{ transitions: Transition[] }>('alerts/history', { alertname: props.name }, 5000);
  return (
    <Await of={history} what="The history of alerts">
      {({ transitions }) =>
        transitions.length === 0 ? (
          <Empty title="Nothing happened yet" />
        ) : (
          <div class="table-wrap">
            <table class="stack">
              <thead>
                <tr>
                  <th>At</th>
                  <th>Change</th>
                  <th>Alert</th>
                  <th>Told to</th>
                  <th class="num">Value</th>
                </tr>
              </thead>
              <tbody>
                {transitions.map((one) => (
                  <tr key={one.at + one.to + JSON.stringify(one.labels)}>
                    <td>
                      {timestamp(Date.parse(one.at))}
                      <div class="quiet">{lateness(one)}</div>
                    </td>
                    <td>
                      {one.from} → {one.to}
                      {one.why && <div class="quiet">{one.why}</div>}
                    </td>
                    <td>
                      <LabelSet labels={one.labels} skip={['alertname']} />
                    </td>
                    <td>
                      {(one.notifications ?? []).map((sent) => (
                        <div key={sent.alertmanager + sent.sentAt} title={timestamp(Date.parse(sent.sentAt))}>
                          <State kind={sent.taken ? 'good' : 'bad'}>{sent.taken ? 'taken' : sent.answer}</State> {sent.alertmanager}
                        </div>
                      ))}
                    </td>
                    <td class="num mono" data-head="Value">{one.value}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }
    </Await>
  );
}

/** How long after the moment it is about the change was found. */
function lateness(one: Transition): string {
  const after = one.evaluatedAt ? Date.parse(one.evaluatedAt) - Date.parse(one.at) : NaN;
  return after >= 0 ? `found ${humanSeconds(after / 1000)} later` : '';
}
