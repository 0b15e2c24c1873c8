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

/** An event: what the query would have answered at that moment, an error included. */
interface LiveAnswer {
  data?: QueryData;
  error?: string;
}

/**
 * Follows an instant query: each value as its samples arrive, by server-sent events. A server that does not stream is
 * asked every five seconds instead. An empty expression is not followed.
 */
export function useLive(expr: string): Live {
  const [data, setData] = useState<QueryData | undefined>(undefined);
  const [fault, setFault] = useState('');
  const [state, setState] = useState<'off' | 'opening' | 'streaming' | 'asking'>('off');
  useEffect(() => {
    setData(undefined);
    setFault('');
    if (expr.trim() === '') {
      setState('off');
      return;
    }
    setState('opening');
    const stream = new EventSource(`${root}api/v1/query_live?${new URLSearchParams({ query: expr })}`);
    const take = (event: MessageEvent<string>) => {
      const answer = JSON.parse(event.data) as LiveAnswer;
      if (answer.data) {
        setData(answer.data);
        setState('streaming');
      }
      setFault(answer.error ?? '');
    };
    stream.onmessage = take;
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) {
        setState('asking');
      }
    };
    return () => stream.close();
  }, [expr]);
  const turn = useTicks(state === 'asking', FALLBACK_MILLIS);
  const note = { off: '', opening: 'connecting', streaming: 'live', asking: 'every 5 s' }[state];
  return { data, turn, note: fault === '' ? note : fault };
}
