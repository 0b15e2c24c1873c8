// A server of its own for the tests that change something: Narthex from its jar, scraping itself and a target that can
// be stopped, with a rule that fires when the target says so.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const listening = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));

async function freePort() {
  const probe = createServer();
  const port = await listening(probe);
  await new Promise((done) => probe.close(done));
  return port;
}

/** A target whose gauge demo_value can be set, and that can be stopped. */
async function startTarget() {
  let value = 1;
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4');
    response.end(`# HELP demo_value What the test says.\n# TYPE demo_value gauge\ndemo_value ${value}\ndemo_other 1\n`);
  });
  const port = await listening(server);
  return {
    port,
    set: (next) => (value = next),
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

/** Starts everything; ready when this returns. Call stop() at the end. */
export async function startServer(jar) {
  const folder = mkdtempSync(join(tmpdir(), 'narthex-ui-'));
  const target = await startTarget();
  const port = await freePort();
  writeFileSync(
    join(folder, 'rules.yml'),
    `groups:
- name: demo
  interval: 1s
  rules:
  - record: demo:value:max
    expr: max(demo_value)
  - alert: DemoValueHigh
    expr: demo_value > 5
    labels: {severity: page}
    annotations: {summary: 'The value is {{ $value }}'}
`,
  );
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
- job_name: narthex
  static_configs: [{targets: ['127.0.0.1:${port}']}]
- job_name: demo
  static_configs: [{targets: ['127.0.0.1:${target.port}']}]
`,
  );
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  const child = spawn(
    java,
    // As the jar's manifest says, which does not hold with a class path.
    ['java.nio', 'java.util', 'java.lang'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`).concat(['-Xmx512m', '-cp', [process.env.NARTHEX_PAGE, jar].filter(Boolean).join(':'), 'io.narthex.jobs.cli.Narthex', 'server', '--config.file=prometheus.yml', `--web.listen-address=127.0.0.1:${port}`, '--web.enable-admin-api']),
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (text) => (log += text));
  const base = `http://127.0.0.1:${port}/`;
  const ready = () => fetch(`${base}-/ready`).then((answer) => answer.ok, () => false);
  while (!(await ready())) {
    if (child.exitCode !== null) {
      throw new Error(`the server ended with code ${child.exitCode}:\n${log}`);
    }
    await pause(200);
  }
  return {
    base,
    target,
    stop: async () => {
      child.kill();
      await new Promise((done) => (child.exitCode === null ? child.once('exit', done) : done()));
      await target.stop().catch(() => {}); // a test may have stopped it
      rmSync(folder, { recursive: true });
    },
  };
}

/** Data of an API answer. */
export async function api(base, path) {
  return (await (await fetch(`${base}api/v1/${path}`)).json()).data;
}

/** Whether a file is there and not empty. */
export function isFile(path) {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}
