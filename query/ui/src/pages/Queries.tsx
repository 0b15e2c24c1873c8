import { useState } from 'preact/hooks';
import { ApiError, ask, useApi } from '../api';
import { bytes, count, humanSeconds } from '../format';
import { Icon } from '../ui/icons';
import { Await, Empty, Failure, Notice, PageHead, State } from '../ui/parts';
import { queryUrl } from './Rules';

interface RunningQuery {
  id: string;
  query: string;
  kind: 'instant' | 'range';
  start: number;
  end: number;
  step: number;
  client: string;
  state: 'queued' | 'running';
  ageSeconds: number;
  samples: number;
  bytes: number;
  peakBytes: number;
}

/** Queries that wait or run at this moment; each can be ended. */
export function QueriesPage() {
  const running = useApi<{ queries: RunningQuery[] }>('queries', {}, 1000);
  const [error, setError] = useState<ApiError | null>(null);
  const [told, setTold] = useState('');
  const end = async (query: RunningQuery) => {
    setError(null);
    setTold('');
    try {
      await ask('queries/' + encodeURIComponent(query.id), {}, { method: 'DELETE' });
      setTold(`Query ${query.id} was ended.`);
    } catch (failure) {
      setError(failure instanceof ApiError ? failure : new ApiError(String(failure), 0, ''));
    }
    running.reload();
  };
  return (
    <>
      <PageHead title="Running queries" note="What is asked at this moment, the oldest first." />
      {told !== '' && <Notice kind="good">{told}</Notice>}
      {error && <Failure error={error} what="Ending the query" />}
      <Await of={running} what="The list of queries">
        {({ queries }) =>
          queries.length === 0 ? (
            <Empty title="No query runs">The list is asked for every second; most queries are done before that.</Empty>
          ) : (
            <section class="card">
              <div class="table-wrap">
                <table class="stack">
                  <thead>
                    <tr>
                      <th>Query</th>
                      <th>State</th>
                      <th class="num">For</th>
                      <th class="num">Samples</th>
                      <th class="num">Memory</th>
                      <th>Asked by</th>
                      <th>
                        <span class="visually-hidden">Actions</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {queries.map((query) => (
                      <tr key={query.id}>
                        <td>
                          <a class="expr" href={queryUrl(query.query)}>
                            {query.query}
                          </a>
                          <div class="quiet">
                            {query.kind}
                            {query.step > 0 && `, ${humanSeconds(query.end - query.start)} in steps of ${humanSeconds(query.step)}`}
                          </div>
                        </td>
                        <td>
                          <State kind={query.state === 'running' ? 'good' : 'idle'}>{query.state}</State>
                        </td>
                        <td class="num" data-head="For">{humanSeconds(query.ageSeconds)}</td>
                        <td class="num" data-head="Samples">{count(query.samples)}</td>
                        <td class="num" data-head="Memory" title={`at most ${bytes(query.peakBytes)}`}>
                          {bytes(query.bytes)}
                        </td>
                        <td data-head="Asked by">{query.client}</td>
                        <td>
                          <button type="button" class="button" aria-label={`End query ${query.id}`} onClick={() => void end(query)}>
                            <Icon name="close" />
                            End
                          </button>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </section>
          )
        }
      </Await>
    </>
  );
}
