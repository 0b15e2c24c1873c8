import { useState } from 'preact/hooks';
import { bytes, count, humanSeconds } from '../format';
import { Choice, Empty, Failure, Skeleton } from '../ui/parts';
import { stepOf, type PanelState } from './panels';
import { Remarks } from './Remarks';
import { useQuery } from './useQuery';

/** An operator of the plan, as /api/v1/explain tells it. */
interface Operator {
  operator: string;
  label?: string;
  expression?: string;
  type?: string;
  steps?: number;
  selection?: {
    matchers: string[];
    from: number;
    to: number;
    series: number;
    pages: number;
    samples: number;
    seriesRead?: number;
    samplesRead?: number;
    pagesSkipped?: number;
  };
  pushedDown?: string[];
  measured?: { series: number; points: number; seconds: number; ownSeconds: number; bytes: number };
  inputs?: Operator[];
}

interface Explanation {
  steps: number;
  analyzed: boolean;
  plan: Operator;
}

/** How the server evaluates the query: the operators of its plan and, where it was run, what each of them cost. */
export function ExplainView(props: { panel: PanelState; run: number }) {
  const { panel } = props;
  const [kind, setKind] = useState<'instant' | 'range'>('range');
  const [analyze, setAnalyze] = useState(true);
  const expr = panel.expr.trim();
  const key = expr === '' ? null : `${expr} ${props.run} ${kind} ${analyze} ${panel.range} ${panel.end} ${panel.moment}`;
  const { answer, error, loading } = useQuery<Explanation>(key, 'explain', () => {
    const step = stepOf(panel);
    const end = Math.floor((panel.end ?? Date.now()) / step) * step;
    const common = { query: expr, analyze: analyze ? 'true' : undefined };
    return kind === 'instant'
      ? { ...common, time: (panel.moment ?? Date.now()) / 1000 }
      : { ...common, start: (end - panel.range) / 1000, end: end / 1000, step: step / 1000 };
  });
  const total = answer?.data.plan.measured?.seconds ?? 0;
  return (
    <>
      <div class="controls">
        <Choice
          label="What is explained"
          value={kind}
          options={[
            { value: 'range', text: 'As graph' },
            { value: 'instant', text: 'As table' },
          ]}
          onChange={setKind}
        />
        <label class="check">
          <input type="checkbox" checked={analyze} onChange={(event) => setAnalyze(event.currentTarget.checked)} />
          Run it and measure
        </label>
        <span class="fill" />
        {answer && (
          <span class="quiet facts">
            {count(answer.data.steps)} {answer.data.steps === 1 ? 'step' : 'steps'}
            {answer.data.analyzed && total > 0 && ` · ${humanSeconds(total)}`}
          </span>
        )}
      </div>
      {expr === '' && <Empty title="No query yet">Type an expression and press Enter.</Empty>}
      {error && <Failure error={error} what="The explanation" />}
      {answer && <Remarks answer={answer} />}
      {loading && !answer && <Skeleton />}
      {answer && (
        <ul class="explain" aria-label="Plan of the query">
          <Node node={answer.data.plan} total={total} />
        </ul>
      )}
    </>
  );
}

function Node({ node, total }: { node: Operator; total: number }) {
  const inputs = node.inputs ?? [];
  const own = node.measured?.ownSeconds ?? 0;
  const share = total > 0 ? Math.min(1, own / total) : 0;
  return (
    <li>
      <div class="explain-node">
        <div class="explain-head">
          <span class="explain-kind">{words(node.operator)}</span>
          <code title={node.expression}>{node.label ?? node.expression}</code>
        </div>
        <div class="explain-facts quiet">{facts(node).join(' · ')}</div>
        {node.pushedDown && node.pushedDown.length > 0 && (
          <div class="labels">
            {node.pushedDown.map((what) => (
              <span class="label" key={what} title="The store does this">
                {what}
              </span>
            ))}
          </div>
        )}
      </div>
      <div class="explain-cost">
        {node.measured && (
          <>
            <b>{humanSeconds(own)}</b>
            <span class="explain-bar" role="img" aria-label={`${Math.round(100 * share)} % of the time`}>
              <i style={{ width: `${100 * share}%` }} />
            </span>
            {inputs.length > 0 && <small class="quiet">{humanSeconds(node.measured.seconds)} with inputs</small>}
          </>
        )}
      </div>
      {inputs.length > 0 && (
        <ul>
          {inputs.map((input, i) => (
            <Node key={i} node={input} total={total} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** "rangeSelector" as people say it. */
function words(name: string): string {
  return name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
}

function facts(node: Operator): string[] {
  const told: string[] = [];
  const { selection, measured } = node;
  if (selection) {
    told.push(`${count(selection.series)} series match`);
    told.push(
      selection.samplesRead === undefined
        ? `${count(selection.pages)} pages, ${count(selection.samples)} samples in them`
        : `${count(selection.samplesRead)} of ${count(selection.samples)} samples read`,
    );
    if (selection.pagesSkipped) {
      told.push(`${count(selection.pagesSkipped)} of ${count(selection.pages)} pages by their statistics`);
    }
  }
  if (measured) {
    told.push(`${count(measured.series)} series out, ${count(measured.points)} points`);
    told.push(bytes(measured.bytes));
  } else if (!selection && node.type) {
    told.push(node.type);
  }
  return told;
}
