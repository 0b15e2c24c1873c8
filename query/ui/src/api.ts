import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** Where the server is found, with a slash at its end; scripts lie one folder below it. */
export const root: string = new URL('..', import.meta.url).href;

/** An error that the server told, or that kept its answer from us. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly type: string,
  ) {
    super(message);
  }

  /** The server does not know the endpoint at all. */
  get isMissing(): boolean {
    return this.status === 404 || this.status === 405;
  }
}

/** Data of an answer and what the server remarks on it. */
export interface Answer<T> {
  data: T;
  warnings: string[];
  infos: string[];
  /** From the request to the parsed answer. */
  millis: number;
  /** Length of the answer's text. */
  bytes: number;
  /** When its text was here, on the clock of performance.now(). */
  arrived: number;
}

export type Params = Record<string, string | number | undefined | string[]>;

function form(params: Params): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (Array.isArray(value)) {
      value.forEach((one) => form.append(name, one));
    } else if (value !== undefined) {
      form.set(name, String(value));
    }
  }
  return form;
}

interface Envelope<T> {
  status: string;
  data: T;
  error?: string;
  errorType?: string;
  warnings?: string[];
  infos?: string[];
}

/** Asks an endpoint below /api/v1. Throws ApiError, or AbortError when the signal fires. */
export async function ask<T>(
  path: string,
  params: Params = {},
  options: { signal?: AbortSignal; method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; form?: boolean } = {},
): Promise<Answer<T>> {
  const began = performance.now();
  const method = options.method ?? 'GET';
  const fields = form(params);
  const inBody = method === 'POST' && options.form !== false;
  const query = !inBody && fields.size > 0 ? `?${fields}` : '';
  let response: Response;
  try {
    response = await fetch(`${root}api/v1/${path}${query}`, {
      method,
      body: inBody ? fields : undefined,
      signal: options.signal,
      headers: { Accept: 'application/json' },
    });
  } catch (failure) {
    if (options.signal?.aborted) {
      throw failure;
    }
    throw new ApiError('The server does not answer. Is it still running?', 0, 'network');
  }
  const text = await response.text();
  const arrived = performance.now();
  let envelope: Envelope<T> | undefined;
  try {
    envelope = text === '' ? undefined : (JSON.parse(text) as Envelope<T>);
  } catch {
    envelope = undefined; // not of our API: told by its status below
  }
  if (!response.ok || envelope?.status === 'error') {
    const message =
      response.status === 404 && !envelope?.error
        ? `This server has no /api/v1/${path}.`
        : (envelope?.error ?? `${response.status} ${response.statusText}`.trim());
    throw new ApiError(message, response.status, envelope?.errorType ?? '');
  }
  return {
    data: envelope?.data as T,
    warnings: envelope?.warnings ?? [],
    infos: envelope?.infos ?? [],
    millis: performance.now() - began,
    bytes: text.length,
    arrived,
  };
}

/** What is known of an endpoint's data at this moment. */
export interface Loaded<T> {
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  reload: () => void;
}

/**
 * Asks an endpoint, again whenever path or parameters change and every refreshMillis while the page can be seen.
 * The last data stay while newer ones are on their way.
 */
export function useApi<T>(path: string | null, params: Params = {}, refreshMillis = 0): Loaded<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: ApiError; loading: boolean }>({
    key: '',
    loading: true,
  });
  const [turn, setTurn] = useState(0);
  const key = `${path}?${form(params)}`;
  const keyNow = useRef(key);
  keyNow.current = key;
  useEffect(() => {
    if (path === null) {
      return;
    }
    const abort = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    ask<T>(path, params, { signal: abort.signal }).then(
      (answer) => setState({ key, data: answer.data, loading: false }),
      (error: unknown) => {
        if (!abort.signal.aborted) {
          const told = error instanceof ApiError ? error : new ApiError(String(error), 0, 'internal');
          setState((before) => ({ ...before, key, error: told, loading: false }));
        }
      },
    );
    return () => abort.abort();
  }, [key, turn]);
  useEffect(() => {
    if (refreshMillis <= 0) {
      return;
    }
    const timer = setInterval(() => {
      if (!document.hidden) {
        setTurn((n) => n + 1);
      }
    }, refreshMillis);
    return () => clearInterval(timer);
  }, [refreshMillis]);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  return { data: state.data, error: state.error, loading: state.loading, reload };
}
