import { useEffect, useState } from 'preact/hooks';

/** What the user chose; "auto" follows the system. */
export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'narthex.theme';
const system = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

export function chosenTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'auto';
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'auto') {
    localStorage.removeItem(KEY);
  } else {
    localStorage.setItem(KEY, theme);
  }
  show();
}

export function isDark(): boolean {
  const theme = chosenTheme();
  return theme === 'dark' || (theme === 'auto' && system.matches);
}

/** The document's attribute decides for the styles; it is set before listeners read colours. */
function show(): void {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
  listeners.forEach((listener) => listener());
}

system.addEventListener('change', show);

/** Whether the page is dark now; renders again when that changes. */
export function useDark(): boolean {
  const [dark, setDark] = useState(isDark());
  useEffect(() => {
    const listener = () => setDark(isDark());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return dark;
}
