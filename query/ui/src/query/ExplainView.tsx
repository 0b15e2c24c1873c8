import { Failure, Empty, Skeleton } from '../ui/parts';
import type { PanelState } from './panels';
import { useQuery } from './useQuery';

/** How the server evaluates the query. */
export function ExplainView(props: { panel: PanelState; run: number }) {
  const expr = props.panel.expr.trim();
  const { answer, error, loading } = useQuery<unknown>(expr === '' ? null : `${expr} ${props.run}`, 'explain', () => ({
    query: expr,
  }));
  return (
    <>
      {expr === '' && <Empty title="No query yet">Type an expression and press Enter.</Empty>}
      {error && <Failure error={error} what="The explanation" />}
      {loading && !answer && <Skeleton />}
      {answer !== undefined && <pre class="code">{JSON.stringify(answer.data, null, 2)}</pre>}
    </>
  );
}
