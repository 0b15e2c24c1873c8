import { useEffect, useState } from 'preact/hooks';
import { ApiError, ask, type Answer, type Params } from '../api';

export interface QueryState<T> {
  answer: Answer<T> | undefined;
  error: ApiError | undefined;
  loading: boolean;
}

/** Asks whenever the key changes; an answer of an older key is dropped and its query cancelled. */
export function useQuery<T>(key: string | null, path: string, params: () => Params): QueryState<T> {
  const [state, setState] = useState<QueryState<T>>({ answer: undefined, error: undefined, loading: false });
  useEffect(() => {
    if (key === null) {
      setState({ answer: undefined, error: undefined, loading: false });
      return;
    }
    const abort = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    ask<T>(path, params(), { signal: abort.signal, method: 'POST' }).then(
      (answer) => setState({ answer, error: undefined, loading: false }),
      (error: unknown) => {
        if (!abort.signal.aborted) {
          const told = error instanceof ApiError ? error : new ApiError(String(error), 0, 'internal');
          setState({ answer: undefined, error: told, loading: false });
        }
      },
    );
    return () => abort.abort();
  }, [key]);
  return state;
}

/** Counts up every few seconds while switched on and the page can be seen. */
export function useTicks(on: boolean, millis: number): number {
  const [ticks, setTicks] = useState(0);
  useEffect(() => {
    if (!on) {
      return;
    }
    const timer = setInterval(() => {
      if (!document.hidden) {
        setTicks((n) => n + 1);
      }
    }, millis);
    return () => clearInterval(timer);
  }, [on, millis]);
  return ticks;
}
