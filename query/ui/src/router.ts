import { useEffect, useState } from 'preact/hooks';
import { root } from './api';

const rootPath = new URL(root).pathname;
const listeners = new Set<() => void>();

/** The page's name in the address: what follows the server's root, such as "query" or "targets". */
export function currentPage(): string {
  const path = location.pathname;
  return path.startsWith(rootPath) ? path.slice(rootPath.length).replace(/\/+$/, '') : '';
}

/** The address of a page, for links. */
export function pageUrl(page: string, search = ''): string {
  return rootPath + page + search;
}

/** Goes to a page of this application. */
export function go(page: string, search = '', replace = false): void {
  const url = pageUrl(page, search);
  if (url === location.pathname + location.search) {
    return;
  }
  if (replace) {
    history.replaceState(null, '', url);
  } else {
    history.pushState(null, '', url);
  }
  listeners.forEach((listener) => listener());
}

/** Changes the query of the address without a new entry in the history; nobody is told. */
export function remember(search: string, newEntry = false): void {
  const url = location.pathname + search;
  if (url === location.pathname + location.search) {
    return;
  }
  if (newEntry) {
    history.pushState(null, '', url);
  } else {
    history.replaceState(null, '', url);
  }
}

window.addEventListener('popstate', () => listeners.forEach((listener) => listener()));

document.addEventListener('click', (event) => {
  const link = (event.target as Element | null)?.closest?.('a[href]');
  if (
    !(link instanceof HTMLAnchorElement) ||
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    link.target !== '' ||
    !link.hasAttribute('data-page')
  ) {
    return;
  }
  event.preventDefault();
  go(link.dataset.page ?? '', link.search);
  window.scrollTo(0, 0);
});

/** The address now; renders again when it changes. */
export function useLocation(): { page: string; search: string } {
  const read = () => ({ page: currentPage(), search: location.search });
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const listener = () => setPlace(read());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return place;
}

/** A text kept in the query of the address, such as a filter. */
export function useSearchParam(name: string, fallback = ''): [string, (value: string) => void] {
  const [value, setValue] = useState(new URLSearchParams(location.search).get(name) ?? fallback);
  const set = (next: string) => {
    const search = new URLSearchParams(location.search);
    if (next === fallback) {
      search.delete(name);
    } else {
      search.set(name, next);
    }
    const text = search.toString();
    remember(text === '' ? '' : `?${text}`);
    setValue(next);
  };
  return [value, set];
}
