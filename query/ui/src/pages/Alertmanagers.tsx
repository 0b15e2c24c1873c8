import { useApi } from '../api';
import { Await, Empty, PageHead, State } from '../ui/parts';

interface Manager {
  url: string;
}

/** Where alerts are sent. */
export function AlertmanagersPage() {
  const managers = useApi<{ activeAlertmanagers: Manager[]; droppedAlertmanagers: Manager[] }>('alertmanagers', {}, 10_000);
  return (
    <>
      <PageHead title="Alertmanagers" note="Where alerts are sent." />
      <Await of={managers} what="The list of Alertmanagers">
        {({ activeAlertmanagers: active, droppedAlertmanagers: dropped }) =>
          active.length + dropped.length === 0 ? (
            <Empty title="No Alertmanagers">The configuration has no alerting section, or nothing was discovered.</Empty>
          ) : (
            <section class="card">
              <table>
                <tbody>
                  {[...active.map((one) => ({ ...one, used: true })), ...dropped.map((one) => ({ ...one, used: false }))].map((one) => (
                    <tr key={one.url + one.used}>
                      <td class="url mono">{one.url}</td>
                      <td class="num">{one.used ? <State kind="good">in use</State> : <State kind="idle">dropped</State>}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          )
        }
      </Await>
    </>
  );
}
