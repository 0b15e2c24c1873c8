import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from '@codemirror/commands';
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { PromQLExtension } from '@prometheus-io/codemirror-promql';
import { newCompleteStrategy, type CompleteStrategy } from '@prometheus-io/codemirror-promql/dist/esm/complete';
import { useEffect, useRef } from 'preact/hooks';
import { root } from '../api';
import { useDark } from '../theme';
import { queryHistory } from './history';

const highlight = HighlightStyle.define([
  { tag: tags.name, color: 'var(--ink)' },
  { tag: [tags.number, tags.float, tags.integer], color: 'var(--code-number)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: [tags.keyword, tags.modifier], color: 'var(--code-keyword)', fontWeight: '600' },
  { tag: tags.operator, color: 'var(--quiet)' },
  { tag: [tags.function(tags.variableName), tags.special(tags.brace)], color: 'var(--code-function)' },
  { tag: tags.labelName, color: 'var(--code-label)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--quiet)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);

const look = {
  '&': { fontSize: '14px', color: 'var(--ink)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', overflowX: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 4px' },
  '.cm-placeholder': { color: 'var(--quiet)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', color: 'inherit' },
  '.cm-tooltip': {
    backgroundColor: 'var(--card)',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
    borderRadius: '8px',
    boxShadow: 'var(--shadow)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '13px', maxHeight: '18em', maxWidth: 'min(36em, 86vw)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px', color: 'var(--ink)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--ink)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700', color: 'var(--accent)' },
  '.cm-completionDetail': { color: 'var(--quiet)', fontStyle: 'normal', marginLeft: '1.2em' },
  '.cm-completionIcon': { display: 'none' },
  '.cm-completionInfo': { fontFamily: 'var(--sans)', fontSize: '13px', padding: '8px 12px', maxWidth: '26em', overflow: 'visible' },
  '.cm-diagnostic': { fontFamily: 'var(--sans)', fontSize: '13px', padding: '6px 10px', borderLeftWidth: '3px' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
};

/** Adds queries of this browser's history to what the language offers. */
class WithHistory implements CompleteStrategy {
  constructor(private readonly inner: CompleteStrategy) {}

  destroy(): void {
    this.inner.destroy?.();
  }

  async promQL(...args: Parameters<CompleteStrategy['promQL']>): ReturnType<CompleteStrategy['promQL']> extends infer R ? Promise<Awaited<R>> : never {
    const [context] = args;
    const found = await this.inner.promQL(...args);
    const text = context.state.doc.toString();
    if (text.trim() === '' || context.pos < text.length) {
      return found;
    }
    const past = queryHistory().filter((one) => one.length > text.length && one.startsWith(text));
    if (past.length === 0 || !found) {
      return found;
    }
    const options = past.slice(0, 5).map((one) => ({
      label: one.length > 70 ? `${one.slice(0, 70)}…` : one,
      detail: 'run before',
      apply: (view: EditorView) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: one }, selection: { anchor: one.length } }),
      boost: -99,
    }));
    return { ...found, options: [...found.options, ...options] };
  }
}

export interface EditorProps {
  /** What the editor holds when it appears, and whenever the revision changes; what is typed stays untouched otherwise. */
  value: string;
  revision: number;
  label: string;
  autoFocus?: boolean;
  onChange: (value: string) => void;
  onRun: () => void;
}

/**
 * The PromQL editor. Enter runs the query, Shift+Enter begins a new line, Ctrl+Space offers completions. It lives in a
 * shadow root: there CodeMirror takes constructed style sheets, so that the page's security policy need not allow
 * inline styles.
 */
export function Editor(props: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const dark = useDark();
  const theme = useRef(new Compartment());

  useEffect(() => {
    if (!host.current) {
      return;
    }
    const shadow = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' });
    const promql = new PromQLExtension();
    const remote = {
      url: root.replace(/\/$/, ''),
      httpMethod: 'GET' as const,
      httpErrorHandler: () => undefined, // completion is a help; without it one types on
    };
    promql.setComplete({ completeStrategy: new WithHistory(newCompleteStrategy({ remote })) });
    const run = () => {
      latest.current.onRun();
      return true;
    };
    const editor = new EditorView({
      parent: shadow as unknown as Element,
      root: shadow,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          theme.current.of(EditorView.theme(look, { dark })),
          history(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ icons: false }),
          promql.asExtension(),
          syntaxHighlighting(highlight),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': latest.current.label, autocapitalize: 'off', autocorrect: 'off' }),
          placeholder('Expression, such as rate(http_requests_total[5m])'),
          Prec.highest(
            keymap.of([
              { key: 'Mod-Enter', run },
              { key: 'Shift-Enter', run: insertNewlineAndIndent },
              { key: 'Escape', run: (target) => (completionStatus(target.state) ? false : (target.contentDOM.blur(), true)) },
            ]),
          ),
          keymap.of([...completionKeymap, { key: 'Enter', run }, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) {
              latest.current.onChange(update.state.doc.toString());
            }
          }),
        ],
      }),
    });
    view.current = editor;
    if (latest.current.autoFocus) {
      editor.focus();
    }
    return () => {
      editor.destroy();
      promql.destroy();
      view.current = null;
    };
  }, []);

  useEffect(() => {
    view.current?.dispatch({ effects: theme.current.reconfigure(EditorView.theme(look, { dark })) });
  }, [dark]);

  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== latest.current.value) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: latest.current.value } });
    }
  }, [props.revision]);

  return <div class="editor" ref={host} onClick={() => view.current?.focus()} />;
}
