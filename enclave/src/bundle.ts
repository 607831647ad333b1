import { type Plugin, build as runBuild } from 'esbuild';
import { EnclaveError } from './error.ts';
import { sourceRoot } from './lock.ts';

/** Where the image has the addons that two packages look for beside themselves. */
const addons: Record<string, string> = {
  'node-gyp-build': '/app/secp256k1.node',
  'require-addon': '/app/sodium.node',
};

const locatedAddons: Plugin = {
  name: 'located-addons',
  setup(build) {
    build.onResolve({ filter: /^(node-gyp-build|require-addon)$/ }, ({ path }) => ({ path, namespace: 'addon' }));
    build.onLoad({ filter: /.*/, namespace: 'addon' }, ({ path }) => ({
      contents: `module.exports = () => require(${JSON.stringify(addons[path])})`,
      loader: 'js',
    }));
  },
};

/**
 * The signer as one file: its sources and exactly the packages that they import. The same bytes in every folder. Throws EnclaveError
 * `build-failed`.
 */
export async function bundleSigner(): Promise<Uint8Array> {
  try {
    const { outputFiles } = await runBuild({
      absWorkingDir: sourceRoot,
      entryPoints: ['parties/signer/src/main.ts'],
      bundle: true,
      write: false,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      charset: 'utf8',
      // Short names too: long ones would hold paths, which are not the same everywhere.
      minify: true,
      legalComments: 'none',
      external: ['*.node'],
      define: { __dirname: '"/app"', __filename: '"/app/signer.mjs"' },
      // What was CommonJS among them asks for Node's own modules by `require`.
      banner: {
        js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);",
      },
      plugins: [locatedAddons],
      logLevel: 'silent',
    });
    const [bundle] = outputFiles;
    if (bundle !== undefined) return bundle.contents;
  } catch (error) {
    throw new EnclaveError('build-failed', `The signer cannot be bundled: ${String(error)}`, 'Correct what it names.');
  }
  throw new EnclaveError('build-failed', 'The bundler gave nothing.', 'Run npm ci.');
}
