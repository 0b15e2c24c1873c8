import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, ask } from '../api';
import { Icon } from '../ui/icons';
import { Failure } from '../ui/parts';
import { Editor } from './Editor';
import { ExplainView } from './ExplainView';
import { GraphView } from './GraphView';
import { noteQuery } from './history';
import type { PanelState, Tab } from './panels';
import { TableView } from './TableView';

const TABS: { tab: Tab; text: string }[] = [
  { tab: 'table', text: 'Table' },
  { tab: 'graph', text: 'Graph' },
  { tab: 'explain', text: 'Explain' },
];

export interface PanelProps {
  panel: PanelState;
  index: number;
  /** newEntry: whether the browser's "back" leads to the state before. */
  onChange: (panel: PanelState, newEntry: boolean) => void;
  onDuplicate: () => void;
  onRemove: (() => void) | undefined;
}

/** A query's editor and its answer as table, graph or explanation. */
export function Panel({ panel, index, onChange, onDuplicate, onRemove }: PanelProps) {
  const [draft, setDraft] = useState(panel.expr);
  const [revision, setRevision] = useState(0);
  const executed = useRef(panel.expr);
  const [run, setRun] = useState(0);
  const [live, setLive] = useState(false);
  const [formatError, setFormatError] = useState<ApiError | null>(null);

  const put = (text: string) => {
    setDraft(text);
    setRevision((n) => n + 1);
  };
  useEffect(() => {
    // Only what came from the address: what was executed here may have been typed on since.
    if (panel.expr !== executed.current) {
      executed.current = panel.expr;
      put(panel.expr);
    }
  }, [panel.expr]);

  const execute = () => {
    setFormatError(null);
    const expr = draft.trim();
    if (expr === '') {
      return;
    }
    noteQuery(expr);
    executed.current = draft;
    if (draft === panel.expr) {
      setRun(run + 1); // same query: only its time has gone on
    } else {
      onChange({ ...panel, expr: draft }, true);
    }
  };
  const format = async () => {
    try {
      put((await ask<string>('format_query', { query: draft })).data);
      setFormatError(null);
    } catch (error) {
      setFormatError(error instanceof ApiError ? error : new ApiError(String(error), 0, ''));
    }
  };
  const selectTab = (tab: Tab) => onChange({ ...panel, tab }, false);
  const onTabKey = (event: KeyboardEvent) => {
    const at = TABS.findIndex((one) => one.tab === panel.tab);
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? TABS.length - 1 : 0;
    const next = TABS[(at + step) % TABS.length];
    if (step !== 0 && next) {
      event.preventDefault();
      selectTab(next.tab);
      const bar = (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role=tab]');
      bar[(at + step) % TABS.length]?.focus();
    }
  };

  return (
    <section class="card panel" aria-label={`Query ${index + 1}`}>
      <div class="query-row">
        <div class="query-box">
          <Editor value={draft} revision={revision} label="PromQL expression" autoFocus={index === 0} onChange={setDraft} onRun={execute} />
          <div class="query-tools">
            <button type="button" class="button quiet icon-only" title="Format" aria-label="Format the expression" onClick={() => void format()}>
              <Icon name="format" />
            </button>
            <button type="button" class="button quiet icon-only" title="Duplicate" aria-label="Duplicate this query" onClick={onDuplicate}>
              <Icon name="copy" />
            </button>
            {onRemove && (
              <button type="button" class="button quiet icon-only" title="Remove" aria-label="Remove this query" onClick={onRemove}>
                <Icon name="close" />
              </button>
            )}
          </div>
        </div>
        <button type="button" class="button primary" onClick={execute}>
          Execute
        </button>
      </div>
      {formatError && <Failure error={formatError} what="Formatting" />}
      <div class="tab-row">
        <div class="tabs" role="tablist" aria-label="View of the answer" onKeyDown={onTabKey}>
          {TABS.map(({ tab, text }) => (
            <button
              key={tab}
              type="button"
              role="tab"
              id={`tab-${panel.id}-${tab}`}
              aria-selected={panel.tab === tab}
              aria-controls={`view-${panel.id}`}
              tabIndex={panel.tab === tab ? 0 : -1}
              onClick={() => selectTab(tab)}
            >
              {text}
            </button>
          ))}
        </div>
        {panel.tab !== 'explain' && (
          <button
            type="button"
            class={live ? 'button quiet live on' : 'button quiet live'}
            aria-pressed={live}
            title="Show each new value as its samples arrive"
            onClick={() => setLive(!live)}
          >
            <Icon name="live" />
            Live
          </button>
        )}
      </div>
      <div class="view" role="tabpanel" id={`view-${panel.id}`} aria-labelledby={`tab-${panel.id}-${panel.tab}`}>
        {panel.tab === 'table' && <TableView panel={panel} run={run} live={live} onChange={onChange} />}
        {panel.tab === 'graph' && <GraphView panel={panel} run={run} live={live} onChange={onChange} />}
        {panel.tab === 'explain' && <ExplainView panel={panel} run={run} />}
      </div>
    </section>
  );
}
