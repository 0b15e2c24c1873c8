// Builds the page into a folder that the server reads from its class path.
//
//   node build.mjs [folder]     default: dist
//
// Does nothing when neither sources nor packages changed since the folder was written. Packages are fetched by
// `npm ci` when they are missing or do not fit the lock file. The folder holds index.html, assets/ with content
// hashes in their names, a gzip beside each text, and files.txt: one line per file with its path, content type,
// content hash and whether a gzip lies beside it.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, 'dist'));
const stampFile = join(out, 'inputs.sha256');

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');

function files(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

function inputs() {
  const hash = createHash('sha256');
  const all = ['package-lock.json', 'build.mjs', 'index.html', 'tsconfig.json'].map((name) => join(here, name));
  for (const file of [...all, ...files(join(here, 'src'))]) {
    hash.update(relative(here, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function packages() {
  const lock = join(here, 'package-lock.json');
  const mark = join(here, 'node_modules', '.lock.sha256');
  const want = sha(readFileSync(lock));
  if (existsSync(mark) && readFileSync(mark, 'utf8') === want) {
    return true;
  }
  console.log('fetching the packages of the web page (npm ci)');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const ran = spawnSync(npm, ['ci', '--prefer-offline', '--loglevel=error'], {
    cwd: here,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (ran.status !== 0) {
    return false;
  }
  writeFileSync(mark, want);
  return true;
}

function checkTypes() {
  const tsc = join(here, 'node_modules', 'typescript', 'bin', 'tsc');
  const ran = spawnSync(process.execPath, [tsc, '--noEmit', '-p', here], { stdio: 'inherit' });
  if (ran.status !== 0) {
    throw new Error('the types of the web page do not fit');
  }
}

async function build() {
  const { build: bundle } = await import('esbuild');
  const result = await bundle({
    absWorkingDir: here,
    entryPoints: [
      { in: 'src/main.tsx', out: 'main' },
      { in: 'src/app.css', out: 'app' },
    ],
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    target: 'es2022',
    outdir: join(out, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.woff2': 'file', '.svg': 'file' },
    legalComments: 'linked',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const early = await bundle({
    absWorkingDir: here,
    entryPoints: [{ in: 'src/theme-early.ts', out: 'theme' }],
    bundle: true,
    format: 'iife',
    minify: true,
    target: 'es2022',
    outdir: join(out, 'assets'),
    entryNames: '[name]-[hash]',
    write: false,
    logLevel: 'warning',
  });
  const icon = readFileSync(join(here, 'src', 'icon.svg'));
  const made = new Map();
  for (const file of [...result.outputFiles, ...early.outputFiles]) {
    made.set(relative(out, file.path).replaceAll('\\', '/'), Buffer.from(file.contents));
  }
  made.set(`assets/icon-${sha(icon).slice(0, 8)}.svg`, icon);
  const named = (start, end) => {
    const found = [...made.keys()].find((path) => path.startsWith(`assets/${start}-`) && path.endsWith(end));
    if (!found) {
      throw new Error(`the bundle has no ${start}${end}`);
    }
    return found;
  };
  const html = readFileSync(join(here, 'index.html'), 'utf8')
    .replace('{{icon}}', named('icon', '.svg'))
    .replace('{{font}}', named('inter-latin-wght-normal', '.woff2'))
    .replace('{{css}}', named('app', '.css'))
    .replace('{{theme}}', named('theme', '.js'))
    .replace('{{main}}', named('main', '.js'));
  made.set('index.html', Buffer.from(html));
  return made;
}

/** The same bytes on every platform: the header's field for the operating system says "unknown". */
function gzip(bytes) {
  const packed = gzipSync(bytes, { level: 9 });
  packed[9] = 255;
  return packed;
}

function write(made, stamp) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(join(out, 'assets'), { recursive: true });
  const lines = [];
  let total = 0;
  for (const path of [...made.keys()].sort()) {
    const bytes = made.get(path);
    const type = types[extname(path)];
    if (!type) {
      writeFileSync(join(out, path), bytes); // licences of the bundled packages: kept beside, not served
      continue;
    }
    const packed = type.startsWith('font/') ? null : gzip(bytes);
    writeFileSync(join(out, path), bytes);
    if (packed) {
      writeFileSync(join(out, `${path}.gz`), packed);
    }
    total += (packed ?? bytes).length;
    lines.push([path, type, sha(bytes).slice(0, 16), packed ? 'gzip' : 'plain'].join('\t'));
  }
  writeFileSync(join(out, 'files.txt'), lines.join('\n') + '\n');
  writeFileSync(stampFile, stamp);
  console.log(`web page: ${lines.length} files, ${Math.round(total / 1000)} kB compressed`);
}

const stamp = inputs();
const current = existsSync(stampFile) && statSync(stampFile).isFile() && readFileSync(stampFile, 'utf8') === stamp;
if (!current) {
  if (packages()) {
    checkTypes();
    write(await build(), stamp);
  } else if (process.env.CI) {
    throw new Error('npm ci failed; the web page cannot be built');
  } else {
    rmSync(out, { recursive: true, force: true });
    console.warn('WARNING: npm ci failed, so the web page is not built; the server says so at /');
  }
}
