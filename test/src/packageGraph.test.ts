import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Who may import whom. Parties meet only in messages: none stands in another's list, nor in any package's. What a party needs of
 * others to be started and tested belongs to devnet, cli, test and bench, which nothing in this table may import.
 */
const allowed: Record<string, readonly string[]> = {
  'packages/crypto': [],
  'packages/attestation': [],
  'packages/chains': [],
  'packages/service': [],
  'packages/protocol': ['crypto'],
  'packages/verify': ['attestation', 'crypto', 'protocol'],
  'packages/share-store': ['crypto', 'protocol', 'service', 'verify'],
  'packages/clear-signing': [],
  'packages/client': ['attestation', 'chains', 'crypto', 'protocol', 'verify'],
  'parties/issuer': ['service'],
  'parties/kms': ['crypto', 'protocol', 'service', 'share-store', 'verify'],
  'parties/cloud': ['crypto', 'protocol', 'service', 'share-store', 'verify'],
  'parties/signer': ['attestation', 'chains', 'crypto', 'protocol', 'service', 'verify'],
  'parties/dev-nsm': ['attestation'],
  'parties/wallet': ['attestation', 'chains', 'clear-signing', 'client', 'crypto', 'protocol', 'verify'],
  'parties/web-host': ['protocol', 'service'],
  // Of the protocol, the types of what passes between two windows: a test of the SDK's asserts that nothing of it is bundled.
  sdk: ['protocol'],
  enclave: ['attestation', 'protocol'],
};

const workspaces = globSync(['{packages,parties}/*/package.json', '{sdk,enclave}/package.json'], { cwd: root }).map(
  (file) => dirname(file).split(sep).join('/'),
);

function sources(workspace: string): string[] {
  return globSync('{src,build}/**/*.{ts,tsx}', { cwd: join(root, workspace) })
    .filter((file) => !/\.(test|bench)\.tsx?$/.test(file))
    .map((file) => join(root, workspace, file));
}

const manifest = (workspace: string) => JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8'));

function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const statement = /^(?:import|export)\b(?:[^';]*?\bfrom)?\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm;
  return [...text.matchAll(statement)].map((match) => match[1] ?? match[2] ?? '');
}

test('every package and party stands in the table', () => {
  assert.deepEqual([...workspaces].sort(), Object.keys(allowed).sort());
});

for (const workspace of workspaces) {
  test(`${workspace} imports only what it may know`, () => {
    const self = manifest(workspace).name;
    for (const file of sources(workspace)) {
      for (const name of imports(file)) {
        if (name === self) continue;
        const own = /^@symbolon\/([a-z-]+)/.exec(name)?.[1];
        if (own !== undefined) assert.ok(allowed[workspace]?.includes(own), `${file} imports ${name}`);
        // A relative path out of the package would go round the table.
        if (name.startsWith('.')) {
          const target = join(dirname(file), name);
          assert.ok(target.startsWith(join(root, workspace) + sep), `${file} imports ${name}`);
        }
      }
    }
  });

  test(`${workspace} declares what it imports`, () => {
    const { name: self, dependencies, devDependencies, optionalDependencies } = manifest(workspace);
    // The root's own are tools of every test.
    const listed = {
      [self]: '',
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
      ...manifest('.').devDependencies,
    };
    for (const file of sources(workspace)) {
      for (const name of imports(file)) {
        if (name.startsWith('.') || name.startsWith('node:')) continue;
        const declared = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : name.split('/')[0];
        assert.ok(declared !== undefined && declared in listed, `${file} imports ${name}`);
      }
    }
  });
}
