import { useEffect, useState } from 'preact/hooks';
import { root } from '../api';
import type { QueryData } from './result';
import { useTicks } from './useQuery';

const FALLBACK_MILLIS = 5000;

export interface Live {
  /** The newest value that the server sent; undefined while none came. */
  data: QueryData | undefined;
  /** Rises when the caller is to ask by itself, because the server cannot stream. */
  turn: number;
  /** What to tell of the state of the stream; empty when off. */
  note: string;
}

/** The data of an event: an answer's envelope, or the result itself. */
function resultOf(text: string): QueryData | undefined {
  const parsed = JSON.parse(text) as { data?: QueryData; resultType?: string };
  return parsed.data ?? (parsed.resultType ? (parsed as QueryData) : undefined);
}

/**
 * Follows an instant query: each value as its samples arrive, by server-sent events. A server that does not stream is
 * asked every five seconds instead. An empty expression is not followed.
 */
export function useLive(expr: string): Live {
  const [data, setData] = useState<QueryData | undefined>(undefined);
  const [state, setState] = useState<'off' | 'opening' | 'streaming' | 'asking'>('off');
  useEffect(() => {
    setData(undefined);
    if (expr.trim() === '') {
      setState('off');
      return;
    }
    setState('opening');
    const stream = new EventSource(`${root}api/v1/query_live?${new URLSearchParams({ query: expr })}`);
    const take = (event: MessageEvent<string>) => {
      const result = resultOf(event.data);
      if (result) {
        setData(result);
        setState('streaming');
      }
    };
    stream.onmessage = take;
    stream.addEventListener('value', take);
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) {
        setState('asking');
      }
    };
    return () => stream.close();
  }, [expr]);
  const turn = useTicks(state === 'asking', FALLBACK_MILLIS);
  const note = { off: '', opening: 'connecting', streaming: 'live', asking: 'every 5 s' }[state];
  return { data, turn, note };
}
