import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const attestation = new URL('../../packages/attestation/', import.meta.url);
const vector = (file: string) => readFileSync(new URL(`vectors/${file}`, attestation));

/** What a page gets that imports these names and no others. */
async function bundle(...names: string[]): Promise<string> {
  const entry = fileURLToPath(new URL('src/index.ts', attestation));
  const { outputFiles } = await build({
    stdin: {
      contents: `export { ${names.join(', ')} } from ${JSON.stringify(entry)};`,
      resolveDir: fileURLToPath(attestation),
    },
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    globalName: 'attestation',
    platform: 'browser',
    target: 'es2022',
  });
  return outputFiles[0]?.text ?? '';
}

const nitro = ['verifyDocument', 'appraise', 'awsNitroRoot'];
const intel = ['verifyQuote', 'intelSgxRoot'];
const psa = ['verifyPsaToken', 'parsePsaKey'];
const compressed = (text: string) => gzipSync(text).length;

test('a page that verifies Nitro documents alone loads no more than that needs, and less than one that verifies everything', async () => {
  const alone = compressed(await bundle(...nitro));
  const whole = compressed(await bundle(...nitro, ...intel, ...psa, 'recognise', 'fidelityOf'));
  console.log(`attestation, minified and compressed: Nitro alone ${alone} bytes, everything ${whole} bytes`);
  assert.ok(alone < 14 * 1024, `${alone} bytes`);
  assert.ok(whole < 21 * 1024, `${whole} bytes`);
  assert.ok(alone < whole);
});

test('the bundle verifies real evidence of every form with nothing but what a browser has', async () => {
  const web = { crypto, atob, btoa, TextEncoder, TextDecoder };
  const inputs = {
    document: vector('real-2026-01-03-indefinite.cbor'),
    quote: vector('intel/tdx_quote'),
    collateral: vector('intel/tdx_quote_collateral.json'),
    token: vector('psa/rfc9783-sign1.cbor'),
    key: vector('psa/rfc9783-sign1.jwk.json').toString(),
  };
  const page = createContext({ ...web, ...inputs });
  runInContext(await bundle(...nitro, ...intel, ...psa), page);
  const kindOf = (call: string): Promise<string> => runInContext(`(async () => (await ${call}).kind)()`, page);
  const document = 'attestation.verifyDocument(document, { roots: [attestation.awsNitroRoot], at: 1767472867000 })';
  const quote = 'attestation.verifyQuote(quote, { roots: [attestation.intelSgxRoot], at: 1750377600000, collateral })';
  const token = 'attestation.verifyPsaToken(token, { key: await attestation.parsePsaKey(key) })';
  assert.deepEqual(await Promise.all([document, quote, token].map(kindOf)), ['nitro', 'tdx', 'psa']);
  const altered = quote.replace('quote,', 'quote.map((byte, i) => i === 100 ? byte ^ 1 : byte),');
  await assert.rejects(kindOf(altered), { name: 'AttestationError', code: 'signature' });
});
