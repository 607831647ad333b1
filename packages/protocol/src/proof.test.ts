import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toBase64url, utf8 } from '@symbolon/crypto';
import * as fc from 'fast-check';
import { ProtocolError } from './errors.ts';
import { assembleProof, type ProofClaims, parseProof, proofInput } from './proof.ts';
import { jwkOf } from './thumbprint.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const claims: fc.Arbitrary<ProofClaims> = fc.record(
  {
    jti: fc.stringMatching(/^[A-Za-z0-9_-]{22,64}$/),
    htu: fc.webUrl({ validSchemes: ['https'] }),
    iat: fc.nat(),
    ath: bytes(32),
    rh: bytes(32),
    msg: bytes(32),
  },
  { noNullPrototype: true },
);
const [one] = fc.sample(claims, { seed: 1, numRuns: 1 });
assert.ok(one);
const point = new Uint8Array(64).fill(7);
const signature = new Uint8Array(64).fill(8);

const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: jwkOf(point) };
const payload = {
  jti: one.jti,
  htm: 'POST',
  htu: one.htu,
  iat: one.iat,
  ath: toBase64url(one.ath),
  rh: toBase64url(one.rh),
  msg: toBase64url(one.msg),
};
const part = (text: string) => toBase64url(utf8(text));
const made = (head: string, body: string, tail = toBase64url(signature)) => `${part(head)}.${part(body)}.${tail}`;
const of = (head: object, body: object) => made(JSON.stringify(head), JSON.stringify(body));

const refused = (proof: string) =>
  assert.throws(
    () => parseProof(proof),
    (error: unknown) => error instanceof ProtocolError && error.code === 'malformed',
  );

describe('a proof', () => {
  it('taken apart says what was put in', () => {
    fc.assert(
      fc.property(claims, bytes(64), bytes(64), (said, key, signed) => {
        const input = proofInput(key, said);
        const proof = assembleProof(input, signed);
        fc.pre(proof.length <= 2_048);
        assert.deepEqual(parseProof(proof), { claims: said, key, signingInput: utf8(input), signature: signed });
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('is a DPoP proof of RFC 9449, 4.2, for POST', () => {
    assert.equal(assembleProof(proofInput(point, one), signature), of(header, payload));
  });

  it('says the same with its members in any order: the bytes that stand there are the ones signed', () => {
    const reversed = Object.fromEntries(Object.entries(payload).reverse());
    const { claims: said, signingInput } = parseProof(of(header, reversed));
    assert.deepEqual(said, one);
    assert.deepEqual(signingInput, utf8(`${part(JSON.stringify(header))}.${part(JSON.stringify(reversed))}`));
  });
});

describe('a proof is refused', () => {
  const { jti: _jti, ...withoutJti } = payload;
  const wrong: Record<string, string> = {
    'with a member given twice': made(JSON.stringify(header), `{"jti":"x",${JSON.stringify(payload).slice(1)}`),
    'with a member given twice, the same': made(
      JSON.stringify(header),
      JSON.stringify(payload).replace('"htm":"POST"', '"htm":"POST","htm":"POST"'),
    ),
    'with a header member given twice': made(
      `{"alg":"none",${JSON.stringify(header).slice(1)}`,
      JSON.stringify(payload),
    ),
    'with a key member given twice': made(
      JSON.stringify(header).replace('"crv"', '"crv":"P-384","crv"'),
      JSON.stringify(payload),
    ),
    'with white space': made(JSON.stringify(header), JSON.stringify(payload, null, 1)),
    'with an escape that need not be': made(
      JSON.stringify(header),
      JSON.stringify(payload).replace('POST', '\\u0050OST'),
    ),
    'with a further claim': of(header, { ...payload, nonce: 'x' }),
    'with a claim named as what every object has': of(header, { ...payload, constructor: 1 }),
    'with a claim __proto__': made(JSON.stringify(header), JSON.stringify(payload).replace('{', '{"__proto__":{},')),
    'with a further header': of({ ...header, kid: 'x' }, payload),
    'with a critical header': of({ ...header, crit: ['exp'] }, payload),
    'with the private key in its header': of({ ...header, jwk: { ...header.jwk, d: header.jwk.x } }, payload),
    'without a jti': of(header, withoutJti),
    'with a short jti': of(header, { ...payload, jti: 'short' }),
    'of another type': of({ ...header, typ: 'JWT' }, payload),
    'with the algorithm none': of({ ...header, alg: 'none' }, payload),
    'with HS256': of({ ...header, alg: 'HS256' }, payload),
    'with ES384': of({ ...header, alg: 'ES384' }, payload),
    'on another curve': of({ ...header, jwk: { ...header.jwk, crv: 'secp256k1' } }, payload),
    'for another method': of(header, { ...payload, htm: 'GET' }),
    'with a time as text': of(header, { ...payload, iat: '1' }),
    'with a fraction of a second': of(header, { ...payload, iat: 1.5 }),
    'with a time before time': of(header, { ...payload, iat: -1 }),
    'with a time as an exponent': made(
      JSON.stringify(header),
      JSON.stringify({ ...payload, iat: 0 }).replace('"iat":0', '"iat":1e3'),
    ),
    'with a hash too short': of(header, { ...payload, rh: toBase64url(new Uint8Array(31)) }),
    'with a hash of stray bits': of(header, { ...payload, rh: `${'A'.repeat(42)}B` }),
    'with a signature too short': made(
      JSON.stringify(header),
      JSON.stringify(payload),
      toBase64url(new Uint8Array(63)),
    ),
    'with a signature too long': made(JSON.stringify(header), JSON.stringify(payload), toBase64url(new Uint8Array(65))),
    'with a signature of stray bits': made(JSON.stringify(header), JSON.stringify(payload), `${'A'.repeat(85)}B`),
    'with padding': `${of(header, payload)}==`,
    'with a fourth part': `${of(header, payload)}.x`,
    'with two parts': `${part(JSON.stringify(header))}.${part(JSON.stringify(payload))}`,
    'with an empty part': `.${part(JSON.stringify(payload))}.x`,
    'that is no JSON': made('{', '}'),
    'that is a list': made('[]', '[]'),
    'that is null': made('null', 'null'),
    'with a lone surrogate': made(JSON.stringify(header), JSON.stringify({ ...payload, htu: 'https://\ud800' })),
    'that is not UTF-8': `${part(JSON.stringify(header))}.${toBase64url(Uint8Array.of(0x22, 0xff, 0x22))}.${toBase64url(signature)}`,
    'that is too long': of(header, { ...payload, htu: `https://${'a'.repeat(2_040)}` }),
    'that is nothing': '',
  };
  for (const [what, proof] of Object.entries(wrong)) it(what, () => refused(proof));

  it('or is taken, whatever the text: nothing else happens', () => {
    const good = of(header, payload);
    const cut = fc.tuple(fc.nat(good.length), fc.nat(6), fc.string({ maxLength: 6 }));
    fc.assert(
      fc.property(cut, ([at, length, put]) => {
        try {
          parseProof(good.slice(0, at) + put + good.slice(at + length));
        } catch (error) {
          assert.ok(error instanceof ProtocolError);
        }
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });
});
