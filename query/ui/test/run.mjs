// Tries the page in a real Chromium against a started server that scrapes at least itself.
//
//   npm test -- http://127.0.0.1:9090/ [folder for screenshots]
//
// Chromium is looked for at CHROMIUM or where Debian puts it; without one nothing is tried, and that is said.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [base, shots] = process.argv.slice(2);
if (!base?.endsWith('/')) {
  console.error('usage: npm test -- http://HOST:PORT/ [folder for screenshots]');
  process.exit(2);
}
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => path && existsSync(path));
if (!executablePath) {
  console.log('SKIPPED: no Chromium was found; CHROMIUM=/path/to/chromium names one');
  process.exit(0);
}

const PAGES = ['query', 'alerts', 'rules', 'targets', 'service-discovery', 'alertmanager-discovery', 'tsdb-status', 'config', 'flags', 'status'];
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
let passed = 0;
let failed = 0;

/** Runs one case in a fresh browser context; requests to elsewhere and errors on the console fail it. */
async function test(name, options, body) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 820 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const faults = [];
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('data:')) {
      faults.push(`request to elsewhere: ${request.url()}`);
    }
  });
  page.on('console', (message) => {
    const answered = message.text().startsWith('Failed to load resource') && /status of (400|404)/.test(message.text());
    if (message.type() === 'error' && !answered) {
      faults.push(`console: ${message.text()}`);
    }
  });
  try {
    await body(page);
    assert.deepEqual(faults, []);
    passed++;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${error.stack}`);
  } finally {
    await context.close();
  }
}

const view = (search) => `${base}query?${new URLSearchParams(search)}`;
const shot = async (page, name) => {
  if (shots) {
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: join(shots, `${name}.png`) });
  }
};

await test('first load stays below 400 kB compressed', {}, async (page) => {
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  let bytes = 0;
  client.on('Network.loadingFinished', (event) => (bytes += event.encodedDataLength));
  await page.goto(base, { waitUntil: 'networkidle' });
  console.log(`        ${Math.round(bytes / 1000)} kB`);
  assert.ok(bytes > 50_000 && bytes < 400_000, `${bytes} bytes`);
});

await test('a query is typed with completion and gives a table', {}, async (page) => {
  await page.goto(`${base}query`);
  await page.getByRole('textbox', { name: 'PromQL expression' }).click();
  await page.keyboard.type('scrape_dur');
  await page.getByRole('option', { name: /scrape_duration_seconds/ }).first().click();
  await page.keyboard.press('Control+Enter');
  await page.locator('table.result tbody tr').first().waitFor();
  assert.match(new URL(page.url()).searchParams.get('g0.expr'), /^scrape_duration_seconds/);
  await page.reload();
  await page.locator('table.result tbody tr').first().waitFor();
});

await test('a wrong query is told with its place', {}, async (page) => {
  await page.goto(view({ 'g0.expr': 'sum(', 'g0.tab': 'table' }));
  await page.getByRole('alert').filter({ hasText: 'parse error' }).waitFor();
});

await test('a graph is drawn, zoomed by dragging, and back leads to the range before', {}, async (page) => {
  await page.goto(`${base}graph?g0.expr=${encodeURIComponent('vector(time())')}&g0.tab=0&g0.range_input=1h&g0.stacked=0`);
  const over = page.locator('.u-over');
  await over.waitFor();
  assert.match(page.url(), /\/query\?/);
  const box = await over.boundingBox();
  const painted = await page.locator('.plot canvas').evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let accent = 0;
    for (let i = 0; i < data.length; i += 4) {
      accent += data[i] > 150 && data[i + 1] < 110 && data[i + 2] < 60 && data[i + 3] > 200 ? 1 : 0;
    }
    return accent;
  });
  assert.ok(painted > 200, `the line has ${painted} points of its colour`);
  await page.mouse.move(box.x + box.width * 0.25, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/range_input=(29|30)m/);
  await page.goBack();
  await page.waitForURL(/range_input=1h/);
});

await test('50 series of 1,000 points are drawn in less than 200 ms', {}, async (page) => {
  const series = Array.from({ length: 50 }, (_, i) => `label_replace(vector(time() % ${100 + i}), "n", "${i}", "", "")`).join(' or ');
  const expr = encodeURIComponent(series);
  await page.goto(`${base}query?g0.expr=${expr}&g0.tab=graph&g0.range_input=999s&g0.res_type=custom&g0.res_step=1s`);
  await page.locator('.plot[data-draw-millis]').waitFor();
  const millis = Number(await page.locator('.plot').getAttribute('data-draw-millis'));
  console.log(`        ${millis} ms`);
  assert.equal(await page.locator('.legend li').count(), 50);
  assert.ok(millis < 200);
});

await test('targets show what is down and can be filtered', {}, async (page) => {
  await page.goto(`${base}targets`);
  await page.locator('.state.good').first().waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('no such target');
  await page.getByText('No target fits the filter').waitFor();
});

for (const theme of ['light', 'dark']) {
  for (const width of [1280, 400]) {
    await test(`all pages, ${theme}, ${width} pixels wide`, { colorScheme: theme, viewport: { width, height: 820 } }, async (page) => {
      await page.goto(view({ 'g0.expr': 'rate(process_cpu_seconds_total[1m])', 'g0.tab': 'graph', 'g0.range_input': '5m' }), { waitUntil: 'networkidle' });
      await shot(page, `graph-${theme}-${width}`);
      for (const name of PAGES) {
        await page.goto(base + name, { waitUntil: 'networkidle' });
        await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
        await shot(page, `${name}-${theme}-${width}`);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(over <= 0, `${name} is ${over} pixels too wide`);
      }
    });
  }
}

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
