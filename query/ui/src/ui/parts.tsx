import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError, Loaded } from '../api';
import { pageUrl } from '../router';
import { Icon } from './icons';

/** A link to another page of this application. */
export function PageLink(props: { page: string; search?: string; class?: string; children: ComponentChildren }) {
  return (
    <a class={props.class} data-page={props.page} href={pageUrl(props.page, props.search)}>
      {props.children}
    </a>
  );
}

/** The head of a page: its name, one sentence, and what can be done. */
export function PageHead(props: { title: string; note?: ComponentChildren; children?: ComponentChildren }) {
  return (
    <header class="page-head">
      <div>
        <h1>{props.title}</h1>
        {props.note && <p>{props.note}</p>}
      </div>
      {props.children && <div class="page-tools">{props.children}</div>}
    </header>
  );
}

/** Something went wrong, in the server's words. */
export function Failure(props: { error: ApiError | Error; what?: string }) {
  const missing = 'isMissing' in props.error && props.error.isMissing;
  if (missing) {
    return (
      <Empty title={`${props.what ?? 'This'} is not available here`}>
        {props.error.message}
      </Empty>
    );
  }
  return (
    <div class="notice bad" role="alert">
      <Icon name="alert" />
      <div>{props.error.message}</div>
    </div>
  );
}

export function Notice(props: { kind: 'warn' | 'info' | 'good'; children: ComponentChildren }) {
  return (
    <div class={`notice ${props.kind}`} role="status">
      <Icon name={props.kind === 'warn' ? 'alert' : 'info'} />
      <div>{props.children}</div>
    </div>
  );
}

/** Nothing to show, and why. */
export function Empty(props: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{props.title}</strong>
      {props.children && <p>{props.children}</p>}
    </div>
  );
}

/** Shimmering lines in the place of what is on its way. */
export function Skeleton(props: { lines?: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: props.lines ?? 4 }, (_, i) => (
        <span key={i} />
      ))}
    </div>
  );
}

/** What was loaded, or why not, or that it is on its way. */
export function Await<T>(props: { of: Loaded<T>; what: string; children: (data: T) => ComponentChildren }) {
  const { data, error } = props.of;
  if (data === undefined) {
    return error ? <Failure error={error} what={props.what} /> : <Skeleton />;
  }
  return (
    <>
      {error && <Failure error={error} what={props.what} />}
      {props.children(data)}
    </>
  );
}

/** A row of choices of which one holds; arrow keys go from one to the next, as in every group of radio buttons. */
export function Choice<T extends string>(props: {
  label: string;
  value: T;
  options: { value: T; text: ComponentChildren; count?: number; title?: string }[];
  onChange: (value: T) => void;
}) {
  const reached = props.options.some((option) => option.value === props.value) ? props.value : props.options[0]?.value;
  const onKey = (event: KeyboardEvent) => {
    const forward = event.key === 'ArrowRight' || event.key === 'ArrowDown';
    const back = event.key === 'ArrowLeft' || event.key === 'ArrowUp';
    const at = props.options.findIndex((option) => option.value === props.value);
    const to = (at + (forward ? 1 : props.options.length - 1)) % props.options.length;
    const next = props.options[to];
    if (next && (forward || back)) {
      event.preventDefault();
      props.onChange(next.value);
      (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role=radio]')[to]?.focus();
    }
  };
  return (
    <div class="choice" role="radiogroup" aria-label={props.label} onKeyDown={onKey}>
      {props.options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          title={option.title}
          aria-label={option.title}
          aria-checked={option.value === props.value}
          tabIndex={option.value === reached ? 0 : -1}
          onClick={() => props.onChange(option.value)}
        >
          {option.text}
          {option.count !== undefined && <span class="count">{option.count}</span>}
        </button>
      ))}
    </div>
  );
}

/** A field that filters what is on the page; "/" brings the cursor here. */
export function Filter(props: { value: string; onChange: (value: string) => void; placeholder: string }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key === '/' && !/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !target.isContentEditable) {
        event.preventDefault();
        input.current?.focus();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <label class="filter">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label={props.placeholder}
        placeholder={props.placeholder}
        value={props.value}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => props.onChange(event.currentTarget.value)}
      />
      <kbd>/</kbd>
    </label>
  );
}

/** Name="value" pairs; the metric's name is not among them. */
export function LabelSet(props: { labels: Record<string, string>; skip?: string[] }) {
  const entries = Object.entries(props.labels).filter(([name]) => !props.skip?.includes(name));
  if (entries.length === 0) {
    return <span class="quiet">no labels</span>;
  }
  return (
    <span class="labels">
      {entries.map(([name, value]) => (
        <span class="label" key={name}>
          <span class="label-name">{name}</span>=<span class="label-value">"{value}"</span>
        </span>
      ))}
    </span>
  );
}

/** A series as PromQL writes it, with its parts told apart. */
export function SeriesName(props: { metric: Record<string, string> }) {
  const { __name__: name, ...labels } = props.metric;
  const entries = Object.entries(labels);
  return (
    <span class="series-name">
      {name && <b>{name}</b>}
      {(entries.length > 0 || !name) && (
        <>
          {'{'}
          {entries.map(([label, value], i) => (
            <span key={label}>
              {i > 0 && ', '}
              <span class="label-name">{label}</span>=<span class="label-value">{JSON.stringify(value)}</span>
            </span>
          ))}
          {'}'}
        </>
      )}
    </span>
  );
}

/** A word that tells a state, coloured by what it means. */
export function State(props: { kind: 'good' | 'warn' | 'bad' | 'idle'; children: ComponentChildren }) {
  return <span class={`state ${props.kind}`}>{props.children}</span>;
}

export function CopyButton(props: { text: string; label?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(props.text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <button type="button" class="button quiet" onClick={() => void copy()} disabled={!navigator.clipboard}>
      <Icon name={done ? 'check' : 'copy'} />
      {done ? 'Copied' : (props.label ?? 'Copy')}
    </button>
  );
}
