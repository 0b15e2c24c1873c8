import { parseDuration, parseTime, printDuration } from '../format';

export type Tab = 'table' | 'graph' | 'explain';
export type Resolution = 'low' | 'medium' | 'high' | 'custom';

/** One query and how it is looked at; times in milliseconds. */
export interface PanelState {
  id: number;
  expr: string;
  tab: Tab;
  /** Length of the graph's time range. */
  range: number;
  /** End of the graph; null is now. */
  end: number | null;
  /** Time of the table; null is now. */
  moment: number | null;
  resolution: Resolution;
  /** Step when the resolution is custom. */
  step: number;
  stacked: boolean;
  exemplars: boolean;
  fromZero: boolean;
}

let nextId = 1;

export function newPanel(): PanelState {
  return {
    id: nextId++,
    expr: '',
    tab: 'table',
    range: 3_600_000,
    end: null,
    moment: null,
    resolution: 'medium',
    step: 15_000,
    stacked: false,
    exemplars: false,
    fromZero: false,
  };
}

const TABS: Record<string, Tab> = { '0': 'graph', '1': 'table', table: 'table', graph: 'graph', explain: 'explain' };

/**
 * Panels of an address as Prometheus writes it: g0.expr, g0.tab (also the 0 and 1 of its first page), g0.range_input,
 * g0.end_input, g0.moment_input, g0.res_type, g0.res_density, g0.res_step, g0.step_input, g0.stacked,
 * g0.display_mode, g0.show_exemplars, g0.y_axis_min. One empty panel if there are none.
 */
export function panelsOf(search: string): PanelState[] {
  const groups = new Map<number, Map<string, string>>();
  for (const [key, value] of new URLSearchParams(search)) {
    const match = /^g(\d{1,3})\.(.+)$/.exec(key);
    if (match) {
      const index = Number(match[1]);
      const group = groups.get(index) ?? new Map<string, string>();
      group.set(match[2] ?? '', value);
      groups.set(index, group);
    }
  }
  const panels = [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => panelOf(group));
  return panels.length > 0 ? panels : [newPanel()];
}

function panelOf(group: Map<string, string>): PanelState {
  const panel = newPanel();
  const duration = (key: string) => parseDuration(group.get(key) ?? '');
  panel.expr = group.get('expr') ?? '';
  panel.tab = TABS[group.get('tab') ?? ''] ?? 'table';
  panel.range = duration('range_input') || panel.range;
  panel.end = parseTime(group.get('end_input') ?? '');
  panel.moment = parseTime(group.get('moment_input') ?? '');
  const step = duration('res_step') ?? duration('step_input');
  if (step) {
    panel.step = step;
  }
  const type = group.get('res_type');
  if (type === 'fixed' || type === 'custom' || (type === undefined && step)) {
    panel.resolution = 'custom';
  } else {
    const density = group.get('res_density');
    panel.resolution = density === 'low' || density === 'high' ? density : 'medium';
  }
  panel.stacked = group.get('stacked') === '1' || group.get('display_mode') === 'stacked';
  panel.exemplars = group.get('show_exemplars') === '1';
  panel.fromZero = group.get('y_axis_min') === '0';
  return panel;
}

/** A time as addresses carry it: UTC, whatever zone is shown. */
function utc(millis: number): string {
  return new Date(millis).toISOString().slice(0, 19).replace('T', ' ');
}

/** The query of an address that names these panels, readable by Prometheus' page as well. */
export function searchOf(panels: PanelState[]): string {
  const search = new URLSearchParams();
  panels.forEach((panel, i) => {
    const set = (key: string, value: string) => search.set(`g${i}.${key}`, value);
    set('expr', panel.expr);
    set('tab', panel.tab);
    set('range_input', printDuration(panel.range));
    if (panel.end !== null) {
      set('end_input', utc(panel.end));
    }
    if (panel.moment !== null) {
      set('moment_input', utc(panel.moment));
    }
    if (panel.resolution === 'custom') {
      set('res_type', 'custom');
      set('res_step', printDuration(panel.step));
    } else {
      set('res_type', 'auto');
      set('res_density', panel.resolution);
    }
    set('display_mode', panel.stacked ? 'stacked' : 'lines');
    set('show_exemplars', panel.exemplars ? '1' : '0');
    if (panel.fromZero) {
      set('y_axis_min', '0');
    }
  });
  return `?${search}`;
}

const POINTS: Record<Exclude<Resolution, 'custom'>, number> = { low: 120, medium: 300, high: 900 };

/** Milliseconds between two points of the graph; at least one second unless chosen. */
export function stepOf(panel: PanelState): number {
  if (panel.resolution === 'custom') {
    return panel.step;
  }
  const ideal = panel.range / POINTS[panel.resolution];
  return Math.max(1000, Math.ceil(ideal / 1000) * 1000);
}
