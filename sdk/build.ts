import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** What is published, by the name under which it is imported. */
const entries = ['index', 'viem', 'wagmi', 'react'] as const;
export type Entry = (typeof entries)[number];

const here = dirname(fileURLToPath(import.meta.url));

/** Only what is written here goes into a bundle: every other package, this one's core among them, is imported by its name. */
const packagesStayOutside: Plugin = {
  name: 'packages-stay-outside',
  setup(building) {
    building.onResolve({ filter: /^[^.]/ }, ({ path, kind }) =>
      kind === 'entry-point' ? null : { path, external: true },
    );
  },
};

/** One entry as an ES module, for browsers and bundlers of the last years. The same source gives the same bytes. */
export async function bundle(entry: Entry, minify: boolean): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [join('src', `${entry}.ts`)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    minify,
    plugins: [packagesStayOutside],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return file.contents;
}

/** The manifest that is published: the workspace's own, with its exports turned from sources to what was built. */
export async function manifest(): Promise<object> {
  const own = JSON.parse(await readFile(join(here, 'package.json'), 'utf8')) as Record<string, unknown>;
  const { name, version, license, type, sideEffects, peerDependencies, peerDependenciesMeta } = own;
  const exports = Object.fromEntries(
    entries.map((entry) => [
      entry === 'index' ? '.' : `./${entry}`,
      { types: `./types/${entry}.d.ts`, development: `./${entry}.js`, default: `./${entry}.min.js` },
    ]),
  );
  const description = 'EIP-1193 provider for a Symbolon wallet, with adapters for viem, wagmi and React';
  const files = ['*.js', 'types', 'README.md'];
  return {
    name,
    version,
    description,
    license,
    type,
    sideEffects,
    files,
    exports,
    peerDependencies,
    peerDependenciesMeta,
  };
}

/** Writes the package to `target`, anew. */
export async function buildPackage(target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  for (const entry of entries) {
    await writeFile(join(target, `${entry}.js`), await bundle(entry, false));
    await writeFile(join(target, `${entry}.min.js`), await bundle(entry, true));
  }
  await declare(join(target, 'types'));
  await writeFile(join(target, 'package.json'), `${JSON.stringify(await manifest(), null, 2)}\n`);
  await cp(join(here, 'README.md'), join(target, 'README.md'));
}

/** The declarations, by the compiler that checks the sources. */
async function declare(outDir: string): Promise<void> {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const options = ['--project', join(here, 'tsconfig.build.json'), '--outDir', outDir];
  const child = spawn(process.execPath, [compiler, ...options], { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`tsc ended with ${String(code)}`);
  for (const name of await readdir(outDir)) {
    const file = join(outDir, name);
    const text = await readFile(file, 'utf8');
    // The compiler leaves the sources' endings in declarations, where nobody would find a source.
    await writeFile(file, text.replaceAll(/(from '\.\/[\w.]+)\.ts'/g, "$1.js'"));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPackage(join(here, 'dist'));
