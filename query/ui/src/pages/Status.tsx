import { useApi } from '../api';
import { ago, bytes, humanSeconds, timestamp } from '../format';
import { Await, PageHead, State } from '../ui/parts';

interface Runtime {
  startTime: string;
  CWD: string;
  hostname: string;
  serverTime: string;
  reloadConfigSuccess: boolean;
  lastConfigTime: string;
  corruptionCount: number;
  goroutineCount: number;
  GOMAXPROCS: number;
  GOMEMLIMIT: number;
  storageRetention: string;
}

/** The running process and what it was built from. */
export function StatusPage() {
  const runtime = useApi<Runtime>('status/runtimeinfo', {}, 5000);
  const build = useApi<Record<string, string>>('status/buildinfo');
  const features = useApi<Record<string, Record<string, boolean>>>('features');
  return (
    <>
      <PageHead title="Runtime & build" note="The running process, and what it was built from." />
      <Await of={runtime} what="The runtime's state">
        {(now) => (
          <>
            <dl class="facts-grid">
              <Fact name="Running for">{humanSeconds((Date.parse(now.serverTime) - Date.parse(now.startTime)) / 1000)}</Fact>
              <Fact name="Threads">{now.goroutineCount}</Fact>
              <Fact name="Processors">{now.GOMAXPROCS}</Fact>
              <Fact name="Memory limit">{bytes(now.GOMEMLIMIT)}</Fact>
              <Fact name="Retention">{now.storageRetention || '–'}</Fact>
              <Fact name="Damaged log parts">{now.corruptionCount}</Fact>
            </dl>
            <div class="grid">
              <Table
                title="Process"
                rows={[
                  ['Started', timestamp(Math.floor(Date.parse(now.startTime) / 1000) * 1000)],
                  ['Configuration loaded', ago(now.lastConfigTime, Date.parse(now.serverTime))],
                  [
                    'Newest configuration',
                    now.reloadConfigSuccess ? <State kind="good">in force</State> : <State kind="bad">refused</State>,
                  ],
                  ['Host', now.hostname || '–'],
                  ['Working directory', now.CWD],
                ]}
              />
              <Await of={build} what="The build's facts">
                {(facts) => (
                  <Table
                    title="Build"
                    rows={[
                      ['Version', facts.applicationVersion ?? facts.version],
                      ['Answers as Prometheus', facts.version],
                      ['Revision', facts.revision],
                      ['Branch', facts.branch],
                      ['Built', facts.buildDate],
                      ['Runtime', facts.goVersion],
                    ]}
                  />
                )}
              </Await>
            </div>
          </>
        )}
      </Await>
      {features.data && (
        <section class="card features">
          <div class="card-head">
            <h2>Features</h2>
          </div>
          <div class="card-body feature-list">
            {Object.entries(features.data).map(([area, names]) => (
              <details key={area}>
                <summary>
                  {area}
                  <span class="quiet">
                    {Object.values(names).filter(Boolean).length} of {Object.keys(names).length}
                  </span>
                </summary>
                <div class="labels">
                  {Object.entries(names).map(([name, on]) => (
                    <span class="label" key={name} style={{ opacity: on ? 1 : 0.45 }}>
                      {name}
                    </span>
                  ))}
                </div>
              </details>
            ))}
          </div>
        </section>
      )}
    </>
  );
}

import type { ComponentChildren } from 'preact';

function Fact(props: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function Table(props: { title: string; rows: [string, ComponentChildren][] }) {
  return (
    <section class="card">
      <div class="card-head">
        <h2>{props.title}</h2>
      </div>
      <table>
        <tbody>
          {props.rows.map(([name, value]) => (
            <tr key={name}>
              <td class="quiet">{name}</td>
              <td>{value || '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
