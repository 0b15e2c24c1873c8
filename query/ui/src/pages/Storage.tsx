import { useState } from 'preact/hooks';
import { ApiError, ask, useApi } from '../api';
import { ago, bytes, count, humanSeconds, parseTime, timestamp } from '../format';
import { Icon } from '../ui/icons';
import { Await, Choice, Empty, Failure, Notice, PageHead, State } from '../ui/parts';

interface Count {
  name: string;
  value: number;
}

interface Cardinality {
  headStats: { numSeries: number; numLabelPairs: number; chunkCount: number; minTime: number; maxTime: number };
  seriesCountByMetricName: Count[];
  labelValueCountByLabelName: Count[];
  memoryInBytesByLabelName: Count[];
  seriesCountByLabelValuePair: Count[];
}

interface Block {
  ulid: string;
  minTime: number;
  maxTime: number;
  stats: { numSamples: number; numSeries: number; numTombstones?: number; numBytes?: number };
  compaction: { level: number };
}

/** A deletion that the store remembers; times in milliseconds. */
interface DeletionEntry {
  id: string;
  created: string;
  matchers: string[];
  minTime?: number;
  maxTime?: number;
  numSeries: number;
  state: 'active' | 'partly final' | 'final' | 'undone';
  undoable: boolean;
}

interface Blocks {
  blocks: Block[];
  damages?: { part: string; place: string; reason: string }[];
}

/** What the store holds: series in memory, blocks on disk, and what takes most room. */
export function StoragePage() {
  const [limit, setLimit] = useState('10');
  const status = useApi<Cardinality>('status/tsdb', { limit });
  const blocks = useApi<Blocks>('status/tsdb/blocks', {}, 30_000);
  const flags = useApi<Record<string, string>>('status/flags');
  const admin = flags.data?.['web.enable-admin-api'] === 'true';
  const deletions = useApi<{ deletions: DeletionEntry[] }>(admin ? 'admin/tsdb/deletions' : null, {}, 30_000);
  const reload = () => {
    status.reload();
    blocks.reload();
    deletions.reload();
  };
  return (
    <>
      <PageHead title="Storage" note="Series in memory, blocks on disk, and what takes most room.">
        <Choice
          label="Rows in each table"
          value={limit}
          options={['10', '50', '200'].map((value) => ({ value, text: `Top ${value}` }))}
          onChange={setLimit}
        />
      </PageHead>
      <Await of={status} what="The store's status">
        {(data) => (
          <>
            <dl class="facts-grid">
              <Fact name="Series" value={count(data.headStats.numSeries)} />
              <Fact name="Label pairs" value={count(data.headStats.numLabelPairs)} />
              <Fact name="Chunks in memory" value={count(data.headStats.chunkCount)} />
              <Fact name="In memory from" value={timestamp(Math.floor(data.headStats.minTime / 1000) * 1000)} small />
              <Fact name="In memory to" value={timestamp(Math.floor(data.headStats.maxTime / 1000) * 1000)} small />
            </dl>
            <div class="grid">
              <Top title="Metrics by series" rows={data.seriesCountByMetricName} unit={count} />
              <Top title="Labels by distinct values" rows={data.labelValueCountByLabelName} unit={count} />
              <Top title="Labels by memory" rows={data.memoryInBytesByLabelName} unit={bytes} />
              <Top title="Label pairs by series" rows={data.seriesCountByLabelValuePair} unit={count} />
            </div>
          </>
        )}
      </Await>
      <section class="card spaced">
        <div class="card-head">
          <h2>Blocks</h2>
          {blocks.data && <span class="quiet">{count(blocks.data.blocks.length)} on disk</span>}
        </div>
        <Await of={blocks} what="The list of blocks">
          {(data) => <BlockTable blocks={data} />}
        </Await>
      </section>
      {flags.data && <Deletion enabled={admin} onDone={reload} />}
      {admin && (
        <section class="card spaced">
          <div class="card-head">
            <h2>Deletions</h2>
            <span class="quiet">each can be undone until a merge of blocks makes it final</span>
          </div>
          <Await of={deletions} what="The list of deletions">
            {(data) => <DeletionTable deletions={data.deletions} onDone={reload} />}
          </Await>
        </section>
      )}
    </>
  );
}

function Fact(props: { name: string; value: string; small?: boolean }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd class={props.small ? 'small' : ''}>{props.value}</dd>
    </div>
  );
}

function Top(props: { title: string; rows: Count[]; unit: (value: number) => string }) {
  const highest = Math.max(...props.rows.map((row) => row.value), 1);
  return (
    <section class="card">
      <div class="card-head">
        <h2>{props.title}</h2>
      </div>
      {props.rows.length === 0 ? (
        <Empty title="Nothing in memory" />
      ) : (
        <table>
          <tbody>
            {props.rows.map((row) => (
              <tr key={row.name}>
                <td class="mono">
                  {row.name}
                  <span class="meter">
                    <i style={{ width: `${(100 * row.value) / highest}%` }} />
                  </span>
                </td>
                <td class="num">{props.unit(row.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function BlockTable({ blocks }: { blocks: Blocks }) {
  return (
    <>
      {blocks.damages?.map((damage) => (
        <Notice key={damage.place} kind="warn">
          {damage.part}: {damage.place}: {damage.reason}
        </Notice>
      ))}
      {blocks.blocks.length === 0 ? (
        <Empty title="No blocks yet">Samples are in memory and in the log; blocks are written every few minutes.</Empty>
      ) : (
        <table class="stack">
          <thead>
            <tr>
              <th>Block</th>
              <th>From</th>
              <th>Covers</th>
              <th class="num">Level</th>
              <th class="num">Series</th>
              <th class="num">Samples</th>
              <th class="num">Size</th>
            </tr>
          </thead>
          <tbody>
            {blocks.blocks.map((block) => (
              <tr key={block.ulid}>
                <td class="mono">{block.ulid}</td>
                <td>{timestamp(Math.floor(block.minTime / 1000) * 1000)}</td>
                <td data-head="Covers">{humanSeconds((block.maxTime - block.minTime) / 1000)}</td>
                <td class="num" data-head="Level">{block.compaction.level}</td>
                <td class="num" data-head="Series">{count(block.stats.numSeries)}</td>
                <td class="num" data-head="Samples">{count(block.stats.numSamples)}</td>
                <td class="num" data-head="Size">{bytes(block.stats.numBytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

const STATES = { active: 'warn', 'partly final': 'warn', final: 'idle', undone: 'good' } as const;

function DeletionTable(props: { deletions: DeletionEntry[]; onDone: () => void }) {
  const [error, setError] = useState<ApiError | null>(null);
  const [told, setTold] = useState('');
  const undo = async (deletion: DeletionEntry) => {
    setError(null);
    setTold('');
    try {
      await ask(`admin/tsdb/deletions/${encodeURIComponent(deletion.id)}/undo`, {}, { method: 'POST' });
      setTold(`The samples of ${deletion.matchers.join(', ')} are back.`);
      props.onDone();
    } catch (failure) {
      setError(failure instanceof ApiError ? failure : new ApiError(String(failure), 0, ''));
    }
  };
  if (props.deletions.length === 0) {
    return <Empty title="Nothing was deleted" />;
  }
  return (
    <>
      {told !== '' && <Notice kind="good">{told}</Notice>}
      {error && <Failure error={error} what="Undoing" />}
      <div class="table-wrap">
        <table class="stack">
          <thead>
            <tr>
              <th>Selector</th>
              <th>From</th>
              <th>To</th>
              <th class="num">Series</th>
              <th>Deleted</th>
              <th>State</th>
              <th>
                <span class="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {[...props.deletions].reverse().map((deletion) => (
              <tr key={deletion.id}>
                <td class="mono">{deletion.matchers.join(', ')}</td>
                <td data-head="From">{deletion.minTime === undefined ? 'the beginning' : timestamp(deletion.minTime)}</td>
                <td data-head="To">{deletion.maxTime === undefined ? 'the end' : timestamp(deletion.maxTime)}</td>
                <td class="num" data-head="Series">{count(deletion.numSeries)}</td>
                <td data-head="Deleted" title={deletion.created}>
                  {ago(deletion.created)}
                </td>
                <td>
                  <State kind={STATES[deletion.state]}>{deletion.state}</State>
                </td>
                <td>
                  {deletion.undoable && (
                    <button type="button" class="button" onClick={() => void undo(deletion)}>
                      <Icon name="undo" />
                      Undo
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Deletion(props: { enabled: boolean; onDone: () => void }) {
  const [selector, setSelector] = useState('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [asked, setAsked] = useState<number | null>(null);
  const [told, setTold] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const times = { start: time(from), end: time(to) };
  const wrongTime = times.start === null || times.end === null;
  const attempt = async (action: () => Promise<string>) => {
    setError(null);
    setTold('');
    try {
      setTold(await action());
      props.onDone();
    } catch (failure) {
      setError(failure instanceof ApiError ? failure : new ApiError(String(failure), 0, ''));
    }
    setAsked(null);
  };
  const fields = () => ({ 'match[]': [selector], start: times.start ?? undefined, end: times.end ?? undefined });
  const look = async () => {
    setError(null);
    try {
      setAsked((await ask<unknown[]>('series', fields())).data.length);
    } catch (failure) {
      setError(failure instanceof ApiError ? failure : new ApiError(String(failure), 0, ''));
    }
  };
  return (
    <section class="card spaced">
      <div class="card-head">
        <h2>Delete series</h2>
      </div>
      <div class="card-body">
        {!props.enabled ? (
          <p class="quiet">
            Deleting is off. <code>--web.enable-admin-api</code> switches it on.
          </p>
        ) : (
          <>
            <div class="form-row">
              <Field label="Selector" value={selector} onInput={setSelector} placeholder={'http_requests_total{job="old"}'} />
              <Field label="From" value={from} onInput={setFrom} placeholder="the beginning" />
              <Field label="To" value={to} onInput={setTo} placeholder="now" />
              <button type="button" class="button" disabled={selector.trim() === '' || wrongTime} onClick={() => void look()}>
                <Icon name="trash" />
                Delete…
              </button>
              <button
                type="button"
                class="button quiet"
                title="Frees the room of what was deleted"
                onClick={() => void attempt(() => ask('admin/tsdb/clean_tombstones', {}, { method: 'POST' }).then(() => 'The room of deleted samples is free.'))}
              >
                Clean up
              </button>
            </div>
            {wrongTime && <p class="notice warn">A time is written as 2026-11-21 12:30:00.</p>}
            {asked !== null && (
              <div class="notice warn" role="alertdialog" aria-label="Confirm the deletion">
                <div>
                  Samples of {count(asked)} series will be deleted.{' '}
                  <button
                    type="button"
                    class="button"
                    onClick={() => void attempt(() => ask('admin/tsdb/delete_series', fields(), { method: 'POST' }).then(() => `Samples of ${count(asked)} series are deleted.`))}
                  >
                    Delete them
                  </button>{' '}
                  <button type="button" class="button quiet" onClick={() => setAsked(null)}>
                    Keep them
                  </button>
                </div>
              </div>
            )}
            {told !== '' && <Notice kind="good">{told}</Notice>}
            {error && <Failure error={error} what="Deleting" />}
          </>
        )}
      </div>
    </section>
  );
}

/** Seconds of a time; undefined if none is given, null if it cannot be read. */
function time(text: string): number | undefined | null {
  if (text.trim() === '') {
    return undefined;
  }
  const millis = parseTime(text);
  return millis === null ? null : millis / 1000;
}

function Field(props: { label: string; value: string; placeholder: string; onInput: (value: string) => void }) {
  return (
    <label class="field">
      {props.label}
      <input
        value={props.value}
        placeholder={props.placeholder}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </label>
  );
}
