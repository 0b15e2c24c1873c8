const KEY = 'narthex.history';
const MOST = 50;

/** Queries run in this browser, newest first. */
export function queryHistory(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : [];
  } catch {
    return []; // somebody else's text under our key: begin anew
  }
}

export function noteQuery(expr: string): void {
  const kept = queryHistory().filter((one) => one !== expr);
  localStorage.setItem(KEY, JSON.stringify([expr, ...kept].slice(0, MOST)));
}
