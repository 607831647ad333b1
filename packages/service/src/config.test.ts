import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as v from 'valibot';
import { readConfig } from './config.ts';
import { ensurePrivateDir, readSecretFile } from './privateFiles.ts';

const folder = mkdtempSync(join(tmpdir(), 'symbolon-service-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
  return path;
}

const schema = v.strictObject({
  port: v.pipe(v.number(), v.integer(), v.maxValue(65_535)),
  kms: v.strictObject({ url: v.pipe(v.string(), v.url('must be the URL of the kms, https://...')) }),
  mode: v.optional(v.picklist(['development', 'production']), 'production'),
});

test('a configuration of the schema is read, with its defaults', () => {
  const path = file('good.json', '{"port": 1, "kms": {"url": "https://kms.example"}}');
  assert.deepEqual(readConfig(path, schema), { port: 1, kms: { url: 'https://kms.example' }, mode: 'production' });
});

const invalid: [string, RegExp][] = [
  ['{"port": "c0ffee", "kms": {"url": "https://x.example"}}', /port: expected number/],
  ['{"port": 1, "kms": {"url": "c0ffee"}}', /kms\.url: must be the URL of the kms/],
  ['{"port": 1, "kms": {}}', /kms\.url: expected "url"/],
  ['{"port": 1, "kms": {"url": "https://x.example"}, "c0": "c0ffee"}', /c0: is not a field that exists/],
  ['{"port": 99999, "kms": {"url": "https://x.example"}}', /port: expected <=65535/],
  ['{"port": 1, "kms": {"url": "https://x.example"}, "mode": "c0ffee"}', /mode: expected/],
  ['"c0ffee"', /the whole file: expected Object/],
];
test('an error names the field and what it should be, and never repeats the value', () => {
  for (const [content, expected] of invalid) {
    assert.throws(
      () => readConfig(file('bad.json', content), schema),
      (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, 'config-invalid');
        assert.match(error.message, expected);
        assert.match(error.hint ?? '', /bad\.json/);
        return !`${error.message}${error.hint}`.includes('c0ffee');
      },
      content,
    );
  }
});

test('a file that is missing or not JSON is said to be, without its text', () => {
  assert.throws(() => readConfig(join(folder, 'none.json'), schema), { code: 'config-unreadable' });
  const broken: [string, RegExp][] = [
    ['{"key": c0ffee}', /broken\.json is not JSON\./],
    ['{\n"key": "c0ffee" "more": 1}', /broken\.json is not JSON \(line 2 column 17\)\./],
  ];
  for (const [content, expected] of broken) {
    assert.throws(
      () => readConfig(file('broken.json', content), schema),
      (error: Error) => expected.test(error.message) && !error.message.includes('c0ff'),
      content,
    );
  }
});

test('a secret file of mode 0400 or 0600 is read into memory that can be wiped', () => {
  for (const mode of [0o400, 0o600]) {
    const bytes = readSecretFile(file(`key-${mode}`, 'secret bytes', mode));
    assert.equal(Buffer.from(bytes).toString(), 'secret bytes');
    assert.equal(bytes.byteLength, bytes.buffer.byteLength);
  }
});

test('a secret file that others may touch, a link, a folder, a huge or missing file is refused', () => {
  for (const mode of [0o640, 0o604, 0o660, 0o644, 0o700, 0o620]) {
    assert.throws(() => readSecretFile(file(`open-${mode}`, 'x', mode)), { code: 'secret-file' }, mode.toString(8));
  }
  const link = join(folder, 'link');
  symlinkSync(file('target', 'x', 0o400), link);
  for (const path of [link, folder, join(folder, 'none'), file('huge', 'x'.repeat(70_000), 0o400)]) {
    assert.throws(() => readSecretFile(path), { code: 'secret-file' }, path);
  }
});

test('a private folder is made 0700 or accepted as such; an open one, a link or a file is refused as it is', () => {
  const made = join(folder, 'a', 'b');
  ensurePrivateDir(made);
  ensurePrivateDir(made);
  assert.equal(statSync(made).mode & 0o777, 0o700);
  const open = join(folder, 'open');
  mkdirSync(open);
  chmodSync(open, 0o750);
  assert.throws(() => ensurePrivateDir(open), { code: 'private-folder' });
  assert.equal(statSync(open).mode & 0o777, 0o750);
  const link = join(folder, 'link-to-folder');
  symlinkSync(made, link);
  assert.throws(() => ensurePrivateDir(link), { code: 'private-folder' });
  assert.throws(() => ensurePrivateDir(file('plain', 'x')), { code: 'private-folder' });
});
