import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useApi } from './api';
import { useLocalTime, usesLocalTime } from './format';
import { go, useLocation } from './router';
import { chooseTheme, chosenTheme, type Theme } from './theme';
import { Icon, type IconName } from './ui/icons';
import { Choice, Empty, PageLink, Skeleton } from './ui/parts';

interface PageEntry {
  name: string;
  title: string;
  icon: IconName;
  load: () => Promise<ComponentType>;
}

const SECTIONS: { title: string; pages: PageEntry[] }[] = [
  {
    title: 'Explore',
    pages: [
      { name: 'query', title: 'Query', icon: 'query', load: () => import('./query/QueryPage').then((m) => m.QueryPage) },
      { name: 'alerts', title: 'Alerts', icon: 'bell', load: () => import('./pages/Alerts').then((m) => m.AlertsPage) },
      { name: 'rules', title: 'Rules', icon: 'rules', load: () => import('./pages/Rules').then((m) => m.RulesPage) },
    ],
  },
  {
    title: 'Collect',
    pages: [
      { name: 'targets', title: 'Targets', icon: 'target', load: () => import('./pages/Targets').then((m) => m.TargetsPage) },
      {
        name: 'service-discovery',
        title: 'Discovery',
        icon: 'compass',
        load: () => import('./pages/Discovery').then((m) => m.DiscoveryPage),
      },
      {
        name: 'alertmanager-discovery',
        title: 'Alertmanagers',
        icon: 'send',
        load: () => import('./pages/Alertmanagers').then((m) => m.AlertmanagersPage),
      },
    ],
  },
  {
    title: 'Server',
    pages: [
      { name: 'pipeline', title: 'Pipeline', icon: 'flow', load: () => import('./pages/Pipeline').then((m) => m.PipelinePage) },
      { name: 'queries', title: 'Running queries', icon: 'live', load: () => import('./pages/Queries').then((m) => m.QueriesPage) },
      { name: 'tsdb-status', title: 'Storage', icon: 'store', load: () => import('./pages/Storage').then((m) => m.StoragePage) },
      { name: 'config', title: 'Configuration', icon: 'file', load: () => import('./pages/Config').then((m) => m.ConfigPage) },
      { name: 'flags', title: 'Flags', icon: 'flag', load: () => import('./pages/Flags').then((m) => m.FlagsPage) },
      { name: 'status', title: 'Runtime & build', icon: 'info', load: () => import('./pages/Status').then((m) => m.StatusPage) },
    ],
  },
];

const PAGES = new Map(SECTIONS.flatMap((section) => section.pages).map((page) => [page.name, page]));

/** The frame around all pages: navigation, theme, and the page that the address names. */
export function App() {
  const { page: path, search } = useLocation();
  const [menuOpen, setMenuOpen] = useState(false);
  const name = path === '' || path === 'graph' ? 'query' : path;
  useEffect(() => {
    if (path !== name) {
      go(name, search, true);
    }
    setMenuOpen(false);
  }, [path]);
  const entry = PAGES.get(name);
  useEffect(() => {
    document.title = `${entry?.title ?? 'Not found'} · Narthex`;
  }, [entry]);
  return (
    <div class={menuOpen ? 'frame menu-open' : 'frame'}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <nav class="side" aria-label="Pages">
        <div class="brand">
          <PageLink page="query">
            <Logo />
            Narthex
          </PageLink>
          <button
            type="button"
            class="button quiet menu-button"
            aria-expanded={menuOpen}
            aria-controls="pages"
            aria-label="Menu"
            onClick={() => setMenuOpen(!menuOpen)}
          >
            <Icon name={menuOpen ? 'close' : 'menu'} />
          </button>
        </div>
        <div class="side-body" id="pages">
          {SECTIONS.map((section) => (
            <div class="side-section" key={section.title}>
              <h2>{section.title}</h2>
              {section.pages.map((one) => (
                <PageLink key={one.name} page={one.name} class={one.name === name ? 'here' : ''}>
                  <Icon name={one.icon} />
                  {one.title}
                </PageLink>
              ))}
            </div>
          ))}
          <SideFoot />
        </div>
      </nav>
      <main id="main" tabIndex={-1}>
        {entry ? (
          <LazyPage key={entry.name} entry={entry} />
        ) : (
          <Empty title="There is no such page">
            <PageLink page="query">Go to the query page</PageLink>
          </Empty>
        )}
      </main>
    </div>
  );
}

function LazyPage(props: { entry: PageEntry }) {
  const [Page, setPage] = useState<ComponentType | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    props.entry.load().then(
      (loaded) => setPage(() => loaded),
      () => setFailed(true),
    );
  }, []);
  if (failed) {
    return (
      <Empty title="This page could not be loaded">
        The server may have been updated or stopped. <a href={location.href}>Load again</a>
      </Empty>
    );
  }
  return Page ? <Page /> : <Skeleton lines={6} />;
}

function SideFoot() {
  const [theme, setTheme] = useState<Theme>(chosenTheme());
  const [zone, setZone] = useState<'utc' | 'local'>(usesLocalTime() ? 'local' : 'utc');
  const build = useApi<{ version: string; applicationVersion?: string }>('status/buildinfo');
  return (
    <div class="side-foot">
      <Choice
        label="Theme"
        value={theme}
        options={[
          { value: 'auto', text: <Icon name="auto" />, title: 'As the system' },
          { value: 'light', text: <Icon name="sun" />, title: 'Light' },
          { value: 'dark', text: <Icon name="moon" />, title: 'Dark' },
        ]}
        onChange={(next) => {
          chooseTheme(next);
          setTheme(next);
        }}
      />
      <Choice
        label="Time zone"
        value={zone}
        options={[
          { value: 'utc', text: 'UTC' },
          { value: 'local', text: 'Local' },
        ]}
        onChange={(next) => {
          useLocalTime(next === 'local');
          setZone(next);
          location.reload();
        }}
      />
      {build.data && <span class="version">{build.data.applicationVersion ?? build.data.version}</span>}
    </div>
  );
}

function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <path class="logo-stalk" d="M13.500 31V15h5v16z" />
      <path
        class="logo-fire"
        d="M16 1c1 4 6 5.600 6 10.400a6 6 0 0 1-12 0C10 8.500 12 7.800 12.700 5.500c1.200.8 1.700 1.700 1.900 2.900C15.800 6.600 16.300 4 16 1z"
      />
    </svg>
  );
}
