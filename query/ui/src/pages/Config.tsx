import { useApi } from '../api';
import { Await, CopyButton, Empty, PageHead } from '../ui/parts';

/** The configuration in effect. */
export function ConfigPage() {
  const config = useApi<{ yaml: string }>('status/config');
  return (
    <>
      <PageHead title="Configuration" note="As it is in effect; secrets are hidden.">
        {config.data && <CopyButton text={config.data.yaml} />}
      </PageHead>
      <Await of={config} what="The configuration">
        {({ yaml }) =>
          yaml.trim() === '' ? (
            <Empty title="No configuration">The server was started without a configuration file.</Empty>
          ) : (
            <pre class="code">{yaml.split('\n').map(yamlLine)}</pre>
          )
        }
      </Await>
    </>
  );
}

/** One line of YAML with its key, value and comment told apart. */
function yamlLine(line: string, number: number) {
  const match = /^(\s*(?:- )*)([^\s:#][^:]*)(:)(\s.*)?$/.exec(line);
  if (!match) {
    return <div key={number}>{line === '' ? ' ' : line}</div>;
  }
  return (
    <div key={number}>
      {match[1]}
      <span class="label-name">{match[2]}</span>:<span class="label-value">{match[4]}</span>
    </div>
  );
}
