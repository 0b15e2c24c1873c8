const UNITS: [string, number][] = [
  ['y', 31_536_000_000],
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** Milliseconds of a duration such as 1h30m; null if it is none. A bare number means seconds. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) {
    return Math.round(Number(trimmed) * 1000);
  }
  if (!/^(\d+(y|w|d|h|ms|m|s))+$/.test(trimmed)) {
    return null;
  }
  let millis = 0;
  for (const [, count, unit] of trimmed.matchAll(/(\d+)(ms|[ywdhms])/g)) {
    millis += Number(count) * (UNITS.find(([name]) => name === unit)?.[1] ?? 0);
  }
  return millis;
}

/** A duration as Prometheus writes it, exact: 1h30m. Years and weeks are not used where days tell it better. */
export function printDuration(millis: number): string {
  if (millis <= 0) {
    return '0s';
  }
  let rest = Math.round(millis);
  let text = '';
  for (const [unit, length] of UNITS) {
    const exactOnly = unit === 'y' || unit === 'w';
    if (exactOnly ? rest % length === 0 && rest >= length : rest >= length) {
      text += Math.floor(rest / length) + unit;
      rest %= length;
    }
  }
  return text;
}

/** A duration for reading, two units at most: 3 d 4 h, 1.2 s, 12 ms, 340 µs. */
export function humanSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) {
    return '–';
  }
  const size = Math.abs(seconds);
  if (size === 0) {
    return '0 s';
  }
  if (size < 0.001) {
    return `${round(seconds * 1e6)} µs`;
  }
  if (size < 1) {
    return `${round(seconds * 1000)} ms`;
  }
  if (size < 60) {
    return `${round(seconds)} s`;
  }
  const whole = Math.round(size);
  const parts: [string, number][] = [
    ['d', Math.floor(whole / 86400)],
    ['h', Math.floor((whole % 86400) / 3600)],
    ['m', Math.floor((whole % 3600) / 60)],
    ['s', whole % 60],
  ];
  const first = parts.findIndex(([, n]) => n > 0);
  const shown = parts.slice(first, first + 2).filter(([, n]) => n > 0);
  return (seconds < 0 ? '−' : '') + shown.map(([unit, n]) => `${n} ${unit}`).join(' ');
}

function round(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 10 ? 1 : 0).replace(/\.0$/, '');
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A value of the API, whose numbers may have an exponent where nobody needs one. */
export function plain(value: string): string {
  const number = Number(value);
  return Number.isFinite(number) ? String(number) : value;
}

/** A count with separated thousands. */
export function count(value: number | undefined | null): string {
  return value === undefined || value === null || !Number.isFinite(value) ? '–' : grouped.format(value);
}

/** A number for axes and rates with an SI suffix: 12.3k. */
export function compact(value: number): string {
  if (!Number.isFinite(value)) {
    return value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN';
  }
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-9)) {
    return value.toExponential(1);
  }
  for (const [suffix, scale] of [['T', 1e12], ['G', 1e9], ['M', 1e6], ['k', 1e3]] as const) {
    if (size >= scale) {
      return trimZeros((value / scale).toFixed(2)) + suffix;
    }
  }
  if (size === 0 || size >= 0.01) {
    return trimZeros(value.toFixed(size >= 100 ? 1 : 3));
  }
  for (const [suffix, scale] of [['m', 1e-3], ['µ', 1e-6], ['n', 1e-9]] as const) {
    if (size >= scale) {
      return trimZeros((value / scale).toFixed(2)) + suffix;
    }
  }
  return String(value);
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Bytes with a binary suffix. */
export function bytes(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) {
    return '–';
  }
  let scaled = value;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (Math.abs(scaled) < 1024) {
      return `${scaled < 10 && unit !== 'B' ? scaled.toFixed(1) : Math.round(scaled)} ${unit}`;
    }
    scaled /= 1024;
  }
  return `${scaled.toFixed(1)} TiB`;
}

const two = (n: number) => String(n).padStart(2, '0');

/** Whether times are shown in the browser's zone instead of UTC. */
export function usesLocalTime(): boolean {
  return localStorage.getItem('narthex.localTime') === 'true';
}

export function useLocalTime(local: boolean): void {
  localStorage.setItem('narthex.localTime', String(local));
}

/** 2026-11-21 12:30:05 in the chosen zone, with milliseconds where there are any. */
export function timestamp(millis: number): string {
  if (!Number.isFinite(millis)) {
    return '–';
  }
  const date = new Date(millis);
  const text = usesLocalTime()
    ? `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
      `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
    : date.toISOString().slice(0, 19).replace('T', ' ');
  const rest = ((millis % 1000) + 1000) % 1000;
  return rest === 0 ? text : `${text}.${String(Math.floor(rest)).padStart(3, '0')}`;
}

/** Milliseconds of a time as timestamp() writes it, or RFC 3339, or unix seconds; null if it is none. */
export function parseTime(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) {
    return Math.round(Number(trimmed) * 1000);
  }
  const plain = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?$/.exec(trimmed);
  const iso = plain
    ? `${plain[1]}T${plain[2] ?? '00:00'}${usesLocalTime() ? '' : 'Z'}`
    : trimmed;
  const millis = Date.parse(iso);
  return Number.isNaN(millis) ? null : millis;
}

/** How long ago an RFC 3339 time was: "12 s ago"; "never" for Go's zero time. */
export function ago(text: string | undefined, now = Date.now()): string {
  const millis = text === undefined ? NaN : Date.parse(text);
  if (Number.isNaN(millis) || millis < 0) {
    return 'never';
  }
  const seconds = (now - millis) / 1000;
  return seconds < 0.5 ? 'just now' : `${humanSeconds(seconds < 10 ? Math.round(seconds) || 1 : Math.round(seconds))} ago`;
}
