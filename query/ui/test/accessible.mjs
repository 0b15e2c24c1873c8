// What makes a page usable by keyboard and screen reader, as far as a program can tell.

const NAMED = new Set(['button', 'link', 'textbox', 'searchbox', 'checkbox', 'radio', 'combobox', 'tab', 'image', 'dialog', 'alertdialog', 'radiogroup', 'tablist']);

/** Faults of the page as it is shown now; empty if there are none. */
export async function faultsOf(page) {
  return [...(await unnamed(page)), ...(await page.evaluate(visible))];
}

/** Controls and pictures without a name, by the browser's own accessibility tree. */
async function unnamed(page) {
  const client = await page.context().newCDPSession(page);
  const { nodes } = await client.send('Accessibility.getFullAXTree');
  await client.detach();
  return nodes
    .filter((node) => !node.ignored && NAMED.has(node.role?.value) && !node.name?.value?.trim())
    .map((node) => `a ${node.role.value} has no name`);
}

/** Runs in the page: contrast of texts (WCAG 1.4.3), one main heading, unique ids, nothing that takes the focus out of order. */
function visible() {
  const faults = [];
  const number = (text) => (text.endsWith('%') ? parseFloat(text) / 100 : parseFloat(text));
  const parse = (color) => {
    const srgb = /^color\(srgb (.+)\)$/.exec(color);
    const parts = (srgb ? srgb[1] : color.replace(/^rgba?\((.*)\)$/, '$1')).split(/[\s,/]+/).map(number);
    const scale = srgb ? 255 : 1;
    return { rgb: parts.slice(0, 3).map((part) => part * scale), alpha: parts[3] ?? 1 };
  };
  const over = (top, below) => top.rgb.map((part, i) => part * top.alpha + below[i] * (1 - top.alpha));
  const background = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.alpha > 0) {
        layers.push(color);
      }
      if (color.alpha === 1) {
        break;
      }
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element || seen.has(element)) {
      continue;
    }
    seen.add(element);
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const off = element.closest(':disabled, [aria-pressed=false], .visually-hidden, .skip');
    if (box.width < 2 || style.visibility === 'hidden' || off) {
      continue;
    }
    const below = background(element);
    const text = over(parse(style.color), below);
    const [high, low] = [light(text), light(below)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) {
      faults.push(`contrast ${ratio.toFixed(2)}: "${walker.currentNode.data.trim().slice(0, 30)}"`);
    }
  }
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  faults.push(...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `the id ${id} is there twice`));
  if (document.querySelectorAll('h1').length !== 1) {
    faults.push(`${document.querySelectorAll('h1').length} main headings`);
  }
  if (document.querySelector('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])')) {
    faults.push('an element takes the focus out of order');
  }
  if (!document.documentElement.lang) {
    faults.push('the language is not said');
  }
  return faults;
}
