/** Where a box lies, in pixels. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  places: Map<string, Place>;
  width: number;
  height: number;
  /** Whether batches flow from top to bottom, because the page is narrow. */
  vertical: boolean;
}

const BOX_HEIGHT = 156;
const MIN_BOX = 148;
const MAX_BOX = 250;
const GAP = { along: 52, across: 20 };

/**
 * Lays the graph out in layers, a stage behind all that feed it. A stage keeps the lane of the one that feeds it where
 * that is free, so that chains are straight.
 */
export function layoutOf(stages: { id: string }[], edges: { from: string; to: string }[], width: number): Layout {
  const feeds = new Map<string, string[]>(stages.map((stage) => [stage.id, edges.filter((edge) => edge.to === stage.id).map((edge) => edge.from)]));
  const layers = new Map<string, number>();
  const layerOf = (id: string, seen: string[]): number => {
    const known = layers.get(id);
    if (known !== undefined || seen.includes(id)) {
      return known ?? 0;
    }
    const layer = Math.max(0, ...(feeds.get(id) ?? []).map((from) => layerOf(from, [...seen, id]) + 1));
    layers.set(id, layer);
    return layer;
  };
  const ordered = stages.map((stage) => ({ id: stage.id, layer: layerOf(stage.id, []) })).sort((a, b) => a.layer - b.layer);
  const lanes = new Map<string, number>();
  const taken = new Set<string>();
  for (const { id, layer } of ordered) {
    const wanted = (feeds.get(id) ?? []).map((from) => lanes.get(from) ?? 0);
    let lane = wanted.length > 0 ? Math.min(...wanted) : 0;
    while (taken.has(`${layer}/${lane}`)) {
      lane++;
    }
    taken.add(`${layer}/${lane}`);
    lanes.set(id, lane);
  }
  const layerCount = Math.max(...layers.values()) + 1;
  const laneCount = Math.max(...lanes.values()) + 1;
  const vertical = width < layerCount * MIN_BOX + (layerCount - 1) * GAP.along;
  const boxes = vertical ? laneCount : layerCount;
  const gap = vertical ? GAP.across : GAP.along;
  const box = Math.max(MIN_BOX, Math.min(MAX_BOX, Math.floor((width - gap * (boxes - 1)) / boxes)));
  const places = new Map<string, Place>();
  for (const { id, layer } of ordered) {
    const lane = lanes.get(id) ?? 0;
    places.set(id, {
      x: (vertical ? lane : layer) * (box + gap),
      y: (vertical ? layer : lane) * (BOX_HEIGHT + (vertical ? GAP.along : GAP.across)),
      width: box,
      height: BOX_HEIGHT,
    });
  }
  const all = [...places.values()];
  return {
    places,
    width: Math.max(...all.map((place) => place.x + place.width)),
    height: Math.max(...all.map((place) => place.y + place.height)),
    vertical,
  };
}

/** A smooth path from the end of one box to the beginning of another. */
export function edgePath(from: Place, to: Place, vertical: boolean): string {
  if (vertical) {
    const [x1, y1, x2, y2] = [from.x + from.width / 2, from.y + from.height, to.x + to.width / 2, to.y];
    return `M${x1} ${y1}C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}`;
  }
  const [x1, y1, x2, y2] = [from.x + from.width, from.y + from.height / 2, to.x, to.y + to.height / 2];
  const bend = Math.min(60, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
