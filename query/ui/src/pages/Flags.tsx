import { useApi } from '../api';
import { useSearchParam } from '../router';
import { Await, Empty, Filter, PageHead } from '../ui/parts';

/** Flags of the command line and their values. */
export function FlagsPage() {
  const flags = useApi<Record<string, string>>('status/flags');
  const [filter, setFilter] = useSearchParam('search');
  return (
    <>
      <PageHead title="Flags" note="Of the command line, with defaults.">
        <Filter value={filter} onChange={setFilter} placeholder="Filter by name or value" />
      </PageHead>
      <Await of={flags} what="The list of flags">
        {(all) => {
          const shown = Object.entries(all).filter(([name, value]) => `--${name}=${value}`.includes(filter));
          if (shown.length === 0) {
            return <Empty title="No flag fits the filter" />;
          }
          return (
            <section class="card">
              <table class="stack">
                <thead>
                  <tr>
                    <th>Flag</th>
                    <th>Value</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map(([name, value]) => (
                    <tr key={name}>
                      <td class="mono">--{name}</td>
                      <td class="mono">{value === '' ? <span class="quiet">not set</span> : value}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          );
        }}
      </Await>
    </>
  );
}
