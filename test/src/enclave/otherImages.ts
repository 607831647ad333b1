import assert from 'node:assert/strict';
import { type Image, readEif } from '@symbolon/enclave';

/** The same image but for one byte of its build label: nothing that it does is another, and PCR0 and PCR2 are. */
export const nextBuild = (file: Uint8Array): Image => withApplication(file, 'version:"0.1.0"', 'version:"0.1.1"');

/** One whose signer ends as soon as it is started: a word of its bundle is no JavaScript. */
export const brokenBuild = (file: Uint8Array): Image =>
  withApplication(file, 'import{createRequire as requireFrom}', 'imp rt{createRequire as requireFrom}');

/** `before` stands once in the application, and `after` takes its place, as long. */
function withApplication(file: Uint8Array, before: string, after: string): Image {
  const image = readEif(file);
  const [boot, application] = image.ramdisks;
  assert.ok(boot !== undefined && application !== undefined);
  const changed = Buffer.from(application);
  const at = changed.indexOf(before);
  assert.ok(at !== -1 && changed.indexOf(before, at + 1) === -1, `${before} stands there once`);
  changed.write(after, at, 'latin1');
  return { ...image, ramdisks: [boot, changed] };
}
