import { useEffect, useRef, useState } from 'preact/hooks';
import { remember, useLocation } from '../router';
import { Icon } from '../ui/icons';
import { Panel } from './Panel';
import { newPanel, panelsOf, searchOf, type PanelState } from './panels';

/** Queries, each in a panel of its own. The address holds all of them. */
export function QueryPage() {
  const { search } = useLocation();
  const written = useRef(search);
  const [panels, setPanels] = useState(() => panelsOf(search));

  useEffect(() => {
    if (search !== written.current) {
      written.current = search;
      setPanels(panelsOf(search));
    }
  }, [search]);

  useEffect(() => {
    const onPop = () => {
      written.current = location.search;
      setPanels(panelsOf(location.search));
    };
    window.addEventListener('popstate', onPop);
    return () => window.removeEventListener('popstate', onPop);
  }, []);

  const change = (next: PanelState[], newEntry: boolean) => {
    setPanels(next);
    written.current = searchOf(next);
    remember(written.current, newEntry);
  };
  const replace = (panel: PanelState, newEntry: boolean) =>
    change(panels.map((one) => (one.id === panel.id ? panel : one)), newEntry);

  return (
    <div class="query-page">
      <h1 class="visually-hidden">Query</h1>
      {panels.map((panel, i) => (
        <Panel
          key={panel.id}
          panel={panel}
          index={i}
          onChange={replace}
          onDuplicate={() => change([...panels.slice(0, i + 1), { ...panel, id: newPanel().id }, ...panels.slice(i + 1)], true)}
          onRemove={panels.length > 1 ? () => change(panels.filter((one) => one !== panel), true) : undefined}
        />
      ))}
      <button type="button" class="button" onClick={() => change([...panels, newPanel()], true)}>
        <Icon name="plus" />
        Add query
      </button>
    </div>
  );
}
