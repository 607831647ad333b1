import { join, relative, sep } from 'node:path';
import { type BuildOptions, type BuildResult, build, type Plugin } from 'esbuild';
import { BuildError } from './errors.ts';

/** The oldest browsers that have everything that the page needs: `light-dark()` is the youngest of that. */
export const targets = ['chrome123', 'firefox128', 'safari17.5'];

/** Where the page's code lies, and what of it the browser starts with. Paths relative to `root`. */
export interface Sources {
  /** The repository, or whatever holds the code together with its node_modules. */
  root: string;
  surfaces: { account: string; approve: string; dialog: string };
  worker: string;
}

/** A document's own files: its script, styles, and the chunks that the script imports before it runs. Paths as served. */
export interface Surface {
  script: string;
  styles: string[];
  preloads: string[];
}

export interface Bundle {
  /** Bytes by path as served. */
  files: Map<string, Uint8Array>;
  surfaces: { account: Surface; approve: Surface; dialog: Surface };
  /** Everything that went in, relative to the root. */
  inputs: string[];
}

/**
 * Bundles the page. The same sources give the same bytes wherever they lie: no path, time or name of a machine gets into them.
 * Throws BuildError `bundle-failed`.
 */
export async function bundle({ root, surfaces, worker }: Sources): Promise<Bundle> {
  const [page, service] = await Promise.all([
    run({
      ...common(root),
      entryPoints: { ...surfaces },
      format: 'esm',
      splitting: true,
      entryNames: 'assets/[name].[hash]',
      chunkNames: 'assets/chunk.[hash]',
      assetNames: 'assets/[name].[hash]',
    }),
    // One plain script: browsers run no module workers everywhere, and its name must stay.
    run({ ...common(root), entryPoints: { sw: worker }, format: 'iife', entryNames: '[name]' }),
  ]);
  const files = new Map<string, Uint8Array>();
  for (const { path, contents } of [...page.outputFiles, ...service.outputFiles]) {
    files.set(served(root, path), contents);
  }
  const inputs = [page, service].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  return {
    files,
    surfaces: {
      account: surfaceOf(page.metafile, surfaces.account),
      approve: surfaceOf(page.metafile, surfaces.approve),
      dialog: surfaceOf(page.metafile, surfaces.dialog),
    },
    inputs: [...new Set(inputs)].sort(),
  };
}

type Result = BuildResult<{ metafile: true; write: false }>;
type Outputs = Result['metafile']['outputs'];

const common = (root: string) =>
  ({
    absWorkingDir: root,
    outdir: join(root, out),
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'browser',
    target: targets,
    legalComments: 'none',
    charset: 'utf8',
    define: { 'process.env.NODE_ENV': '"production"' },
    // A tsconfig.json somewhere above must not change what comes out.
    tsconfigRaw: { compilerOptions: { target: 'es2024', jsx: 'react-jsx', jsxImportSource: 'preact' } },
    logLevel: 'silent',
    plugins: [leanPackages],
  }) satisfies BuildOptions;

/** The system's own packages only define things: what a page doesn't use of them stays out. */
const leanPackages: Plugin = {
  name: 'lean-packages',
  setup(build) {
    build.onResolve(
      { filter: /^(?:@symbolon\/|\.\.?\/)/ },
      async ({ path, importer, resolveDir, kind, pluginData }) => {
        const ours = path.startsWith('@symbolon/') || /[/\\]packages[/\\][a-z-]+[/\\]src[/\\]/.test(importer);
        if (!ours || pluginData === leanPackages) return undefined;
        const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: leanPackages });
        return { ...found, sideEffects: false };
      },
    );
  },
};

async function run(options: BuildOptions & { metafile: true; write: false }): Promise<Result> {
  try {
    return (await build(options)) as Result;
  } catch (error) {
    const { message } = error as Error;
    throw new BuildError('bundle-failed', `The page's code cannot be bundled: ${message}`, 'Mend it and build again.');
  }
}

/** Never written: where outputs would lie, so that they have names. */
const out = 'out';
const served = (root: string, path: string): string => `/${relative(join(root, out), path).split(sep).join('/')}`;

function surfaceOf({ outputs }: { outputs: Outputs }, entry: string): Surface {
  const [script, output] =
    Object.entries(outputs).find(([, { entryPoint }]) => entryPoint !== undefined && sameFile(entryPoint, entry)) ?? [];
  if (script === undefined || output === undefined) {
    throw new BuildError('entry-missing', `${entry} gave no script.`, 'Look at the surfaces of the page.');
  }
  return {
    script: address(script),
    styles: output.cssBundle === undefined ? [] : [address(output.cssBundle)],
    preloads: staticImports(outputs, script).map(address),
  };
}

/** Chunks that a script needs before its first line runs, without itself; sorted. */
function staticImports(outputs: Outputs, script: string): string[] {
  const seen = new Set<string>([script]);
  const queue = [script];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const { path, kind, external } of outputs[at]?.imports ?? []) {
      if (kind !== 'import-statement' || external === true || seen.has(path)) continue;
      seen.add(path);
      queue.push(path);
    }
  }
  seen.delete(script);
  return [...seen].sort();
}

const sameFile = (a: string, b: string) => a.replace(/^\.\//, '') === b.replace(/^\.\//, '');
const address = (output: string) => output.slice(out.length);
