import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const errors = read('docs/errors.md');

/** Every key of a table in the source whose rows look like `'key': [4001, ...]`; both packages keep their tables to themselves. */
function reasonsIn(path: string): string[] {
  return [...read(path).matchAll(/^ {2}(?:'([a-z-]+)'|([a-z]+)): \[\s*-?\d+,/gm)].map((row) => row[1] ?? row[2] ?? '');
}

/** Every member of `type NAME = | 'a' | 'b'` in the source. */
function codesOf(path: string, name: string): string[] {
  const [, body = ''] = new RegExp(`type ${name} =((?:\\s*\\|?\\s*'[a-z-]+')+)`).exec(read(path)) ?? [];
  return [...body.matchAll(/'([a-z-]+)'/g)].map((code) => code[1] ?? '');
}

describe('docs/errors.md', () => {
  for (const [whose, path] of [
    ['the SDK', 'sdk/src/errors.ts'],
    ["the wallet's page", 'parties/wallet/src/approve/errors.ts'],
  ] as const) {
    test(`has an anchor and a row for every reason of ${whose}, with its code`, () => {
      const reasons = reasonsIn(path);
      assert.ok(reasons.length > 20, `only ${reasons.length} reasons found in ${path}: its table looks different now`);
      for (const reason of reasons) {
        const row = errors.split('\n').find((line) => line.includes(`<a id="${reason}"></a>\`${reason}\``));
        assert.ok(row, `no row for ${reason}`);
        const [, code] = new RegExp(`['"]?${reason}['"]?: \\[\\s*(-?\\d+),`).exec(read(path)) ?? [];
        assert.ok(row.startsWith(`| ${code} |`), `${reason} is ${code} in ${path}`);
      }
    });
  }

  for (const [path, name, least] of [
    ['packages/attestation/src/error.ts', 'AttestationErrorCode', 10],
    ['packages/attestation/src/error.ts', 'AppraisalCode', 7],
    ['packages/clear-signing/src/errors.ts', 'ClearSigningCode', 10],
    ['enclave/src/error.ts', 'EnclaveErrorCode', 6],
    ['devnet/src/errors.ts', 'DevnetErrorCode', 8],
    ['packages/verify/src/errors.ts', 'RefusalReason', 20],
    ['parties/wallet/src/worker/news.ts', 'RefusalReason', 6],
  ] as const) {
    test(`names every ${name} of ${path}`, () => {
      const codes = codesOf(path, name);
      assert.ok(codes.length >= least, `only ${codes.length} codes found in ${path}`);
      assert.deepEqual(
        codes.filter((code) => !errors.includes(`\`${code}\``)),
        [],
      );
    });
  }

  test('names every code with which a party answers over HTTP, and every code of the command line', () => {
    const sources = globSync('{packages/service,parties/cloud,parties/kms,cli}/src/**/*.ts', { cwd: root }).filter(
      (file) => !file.endsWith('.test.ts'),
    );
    const codes = sources.flatMap((file) =>
      [...read(file).matchAll(/(?:\bcode: |new CliError\(\s*)'([a-z-]+)'/g)].map((code) => code[1] ?? ''),
    );
    assert.ok(codes.length > 40);
    assert.deepEqual(
      [...new Set(codes)].filter((code) => !errors.includes(`\`${code}\``)),
      [],
    );
  });
});

test('every link between the documents leads to a file that is there, and to a heading in it', () => {
  const documents = globSync(
    ['*.md', 'docs/**/*.md', '{cli,devnet,bench,enclave,sdk}/README.md', '{packages,parties,examples}/*/README.md'],
    { cwd: root },
  );
  assert.ok(documents.length > 20);
  const broken = documents.flatMap((document) =>
    linksOf(read(document)).flatMap((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      if (!existsSync(join(root, target))) return [`${document}: ${link}`];
      if (anchor === undefined || anchorsOf(read(target)).has(anchor)) return [];
      return [`${document}: ${link} (no such heading)`];
    }),
  );
  assert.deepEqual(broken, []);
});

/** Targets inside this repository, of inline links and of reference definitions. */
function linksOf(markdown: string): string[] {
  const text = markdown.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)/gm)].map((link) => link[1] ?? link[2] ?? '');
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** Headings as the platforms that show Markdown name them, and anchors set by hand. */
function anchorsOf(markdown: string): Set<string> {
  const text = markdown.replace(/^```.*?^```/gms, '');
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map((anchor) => anchor[1] ?? '')]);
}
