import assert from 'node:assert/strict';
import { Oidc } from '@symbolon/client';
import type { Tally } from './badInput.ts';
import { Random } from './random.ts';
import { audience } from './testIssuer.ts';
import type { World } from './world.ts';

/** Bad input at every step of a sign-in that is really under way, and at one that is not. */
export async function sendBadSignIns(world: World, seed: number): Promise<Tally> {
  const random = new Random(seed);
  const tally: Tally = { requests: 0, codes: new Map() };
  const { interaction, cookie } = await beginSignIn(world);
  const steps = ['email', 'code', 'consent', 'abort'].map((step) => `${interaction}/${step}`);
  for (const url of [...steps, `${world.devnet.urls.issuer}/interaction/none/email`]) {
    for (const body of badBodies(random)) {
      // This step takes no fields: a form of none is what it wants.
      if (url.endsWith('/abort') && isEmptyForm(body)) continue;
      for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
        await expectRefusal(tally, url, { body, headers: { 'content-type': type, cookie } });
      }
    }
    await expectRefusal(tally, url, { body: '{}', headers: { 'content-type': 'text/plain', cookie } });
    await expectRefusal(tally, url, { body: '{}', headers: { 'content-type': 'application/json' } });
    const foreign = { 'content-type': 'application/json', cookie, origin: 'https://evil.example' };
    await expectRefusal(tally, url, { body: '{"email":"a@example.org"}', headers: foreign });
  }
  return tally;
}

const isEmptyForm = (body: string | Uint8Array) => typeof body === 'string' && /^&*$/.test(body);

function* badBodies(random: Random): Generator<string | Uint8Array<ArrayBuffer>> {
  yield* ['', '{', '[]', 'null', '1', '-1', '1e999', '"x"', 'true', '{"a":1,"a":2}', '{"email":1}', '{"email":null}'];
  yield* [
    '{"email":"a@example.org","email":"b@example.org"}',
    '{"email":"\\ud800@example.org"}',
    '{"code":-1}',
    '{"code":"1234567"}',
  ];
  yield* [
    '{"code":"12345６"}',
    '{"email":"a@example.org","more":1}',
    '{"__proto__":{"email":"a@example.org"}}',
    `{"email":"${'a'.repeat(300)}@example.org"}`,
  ];
  yield* [
    '{"email":"a b@example.org"}',
    '{"email":"a@example.org\\r\\nBcc: b@example.org"}',
    '{"email":"<a@example.org>"}',
    '{"email":["a@example.org"]}',
  ];
  yield* [
    '['.repeat(3_000),
    `{"a":${'['.repeat(2_000)}`,
    `"${'x'.repeat(5_000)}"`,
    'email=a&email=b',
    'email=%ff%fe',
    'code=1&code=2',
    '&&&',
    '%',
  ];
  yield Uint8Array.from([0xff, 0xfe, 0x7b, 0x7d]);
  yield Uint8Array.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]);
  for (let count = 0; count < 4; count += 1) yield new Uint8Array(random.bytes(1 + random.below(200)));
}

async function expectRefusal(
  tally: Tally,
  url: string,
  sent: { body: string | Uint8Array<ArrayBuffer>; headers: Record<string, string> },
) {
  const headers = { ...sent.headers, accept: 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: sent.body, signal: AbortSignal.timeout(8_000) });
  const text = await response.text();
  const what = `${url} answered ${response.status} ${text.slice(0, 100)} to ${JSON.stringify(String(sent.body).slice(0, 80))}`;
  assert.ok(response.status >= 400 && response.status < 500, what);
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/, what);
  const { code } = JSON.parse(text);
  assert.match(code, /^[a-z][a-z-]+$/, what);
  tally.requests += 1;
  tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1);
}

async function beginSignIn({ devnet }: World): Promise<{ interaction: string; cookie: string }> {
  const oidc = new Oidc({ issuer: { url: devnet.urls.issuer, audience }, fetch, timeout: 10_000 });
  const { url } = await oidc.authorisation('http://127.0.0.1/callback', 'a-nonce', false);
  const response = await fetch(url, { redirect: 'manual' });
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { interaction: new URL(response.headers.get('location') ?? '', url).href, cookie };
}
