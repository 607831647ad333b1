import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type OutputFile } from 'esbuild';
import { targets } from '../../build/bundle.ts';

/** A bundle by path, and what esbuild says of it. Paths are relative to the served root. */
export interface Bundle {
  files: Map<string, Uint8Array>;
  metafile: Metafile;
}

/** Bundles one file of this package as the wallet's page is bundled: modules, split where an import is lazy, minified. */
export async function bundle(entry: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    outdir: '/',
    absWorkingDir: '/',
    bundle: true,
    splitting: true,
    minify: true,
    charset: 'utf8',
    write: false,
    metafile: true,
    format: 'esm',
    target: targets,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return { files: new Map(outputFiles.map((file: OutputFile) => [file.path, file.contents])), metafile };
}

/** Gzipped bytes of what a browser loads before anything lazy: the entry, what it imports statically, and its styles. */
export function eagerBytes({ files, metafile }: Bundle, entry: string): number {
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [`/${path}`, output]));
  const loaded = new Set<string>();
  const load = (path: string) => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind } of outputs.get(path)?.imports ?? [])
      if (kind === 'import-statement') load(`/${next}`);
  };
  load(`/${entry}.js`);
  const style = outputs.get(`/${entry}.js`)?.cssBundle;
  if (style !== undefined) loaded.add(`/${style}`);
  return [...loaded].reduce((sum, path) => sum + gzipSync(files.get(path) ?? new Uint8Array(0)).length, 0);
}
