import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'cborg';
import fc from 'fast-check';
import {
  createDevelopmentRoot,
  type DocumentFields,
  extension,
  type Identity,
  issueIntermediate,
  issueLeaf,
  ownCertificate,
  payloadMap,
  signDocument,
  signPayload,
} from '../develop/index.ts';
import { AttestationError, type AttestationErrorCode, verifyDocument } from '../index.ts';
import { parseSign1 } from './sign1.ts';

const HOUR_MS = 3600_000;
const at = Date.now();
const root = createDevelopmentRoot();
const roots = [ownCertificate(root)];
const leaf = issueLeaf(root);
const pcr = (byte: number) => new Uint8Array(48).fill(byte);
const pcrs = new Map([0, 1, 2, 3].map((i) => [i, pcr(i + 1)]));
const fields: DocumentFields = {
  leaf,
  moduleId: 'test',
  timestamp: at,
  pcrs,
  publicKey: null,
  userData: Uint8Array.of(1, 2, 3),
  nonce: Uint8Array.of(4, 5, 6),
};

const verify = (document: Uint8Array, when = at) => verifyDocument(document, { roots, at: when });
const refused = (document: Uint8Array, code: AttestationErrorCode, when = at) =>
  assert.rejects(verify(document, when), (error) => {
    assert.ok(error instanceof AttestationError);
    assert.equal(error.code, code, error.message);
    return true;
  });
const signedBy = (identity: Identity) => signDocument({ ...fields, leaf: identity });
/** A document whose leaf really signed it, its payload altered beforehand. */
const altered = (alter: (payload: Map<unknown, unknown>) => void) => {
  const payload = new Map<unknown, unknown>(payloadMap(fields));
  alter(payload);
  return signPayload(leaf, encode(payload));
};

test('a development document verifies under its root and returns what was signed', async () => {
  const attestation = await verify(signDocument(fields));
  assert.deepEqual(attestation.userData, fields.userData);
  assert.deepEqual(attestation.nonce, fields.nonce);
  assert.equal(attestation.publicKey, null);
  assert.deepEqual(attestation.measurement, { pcr0: pcr(1), pcr1: pcr(2), pcr2: pcr(3) });
  assert.equal(attestation.debug, false);
});

test('chains with intermediates verify, on P-256 and P-384 alike', async () => {
  const outer = issueIntermediate(root, { authority: { pathLength: 1 }, curve: 'P-256' });
  await verify(signedBy(issueLeaf(issueIntermediate(outer))));
});

test('what was handed in may change while it is verified, and changes nothing', async () => {
  const document = signDocument(fields);
  const pending = verify(document);
  document.fill(0);
  assert.deepEqual((await pending).userData, fields.userData);
});

test('a document under another root is refused', async () => {
  await refused(signedBy(issueLeaf(createDevelopmentRoot())), 'root');
});

test('a chain that shows the pinned root but was issued by its namesake is refused', async () => {
  const forged = issueLeaf(createDevelopmentRoot());
  await refused(signedBy({ ...forged, chain: [ownCertificate(root), ownCertificate(forged)] }), 'chain');
});

test('a certificate that names another issuer is refused, though the right key signed it', async () => {
  const namesake = createDevelopmentRoot({ commonName: 'another' });
  const misnamed = issueLeaf({ ...namesake, privateKey: root.privateKey });
  await refused(signedBy({ ...misnamed, chain: [ownCertificate(root), ownCertificate(misnamed)] }), 'chain');
});

test('a genuine leaf over a document signed by another key is refused', async () => {
  await refused(signedBy({ ...leaf, privateKey: issueLeaf(root).privateKey }), 'signature');
});

test('a leaf that may not sign, and an authority in place of a leaf, are refused', async () => {
  await refused(signedBy(issueLeaf(root, { keyUsage: ['keyCertSign'] })), 'chain');
  await refused(signedBy(issueLeaf(root, { keyUsage: [] })), 'chain');
  await refused(signedBy(issueIntermediate(root, { keyUsage: ['digitalSignature', 'keyCertSign'] })), 'chain');
});

test('a leaf under a leaf, or under an authority without keyCertSign, is refused', async () => {
  await refused(signedBy(issueLeaf(leaf)), 'chain');
  await refused(signedBy(issueLeaf(issueLeaf(root, { keyUsage: ['keyCertSign'] }))), 'chain');
  await refused(signedBy(issueLeaf(issueIntermediate(root, { keyUsage: ['digitalSignature'] }))), 'chain');
});

test('one authority more than a path length allows is refused', async () => {
  await refused(signedBy(issueLeaf(issueIntermediate(issueIntermediate(root)))), 'chain');
});

test('more than eight certificates are refused, eight are not', async () => {
  let issuer = root;
  for (let i = 0; i < 6; i += 1) issuer = issueIntermediate(issuer, { authority: { pathLength: null } });
  await verify(signedBy(issueLeaf(issuer)));
  await refused(signedBy(issueLeaf(issueIntermediate(issuer, { authority: { pathLength: null } }))), 'chain');
});

test('certificates left out, swapped or repeated are refused', async () => {
  const intermediate = issueIntermediate(root);
  const end = issueLeaf(intermediate);
  const [first, second, third] = end.chain;
  assert.ok(first && second && third);
  await refused(signedBy({ ...end, chain: [first, third] }), 'chain');
  await refused(signedBy({ ...end, chain: [second, first, third] }), 'root');
  await refused(signedBy({ ...end, chain: [first, second, second, third] }), 'chain');
});

test('an unknown critical extension is refused, an unknown other one is not', async () => {
  const unknown = (critical: boolean) => extension('1.2.3.4', critical, Uint8Array.of(5, 0));
  await refused(signedBy(issueLeaf(root, { extensions: [unknown(true)] })), 'chain');
  await verify(signedBy(issueLeaf(root, { extensions: [unknown(false)] })));
  await refused(signedBy(issueLeaf(root, { extensions: [unknown(false), unknown(false)] })), 'malformed');
});

test('an expired leaf, one not yet valid and an expired intermediate are refused', async () => {
  await refused(signedBy(issueLeaf(root, { notAfter: at - 1000 })), 'expired');
  await refused(signedBy(issueLeaf(root, { notBefore: at + HOUR_MS })), 'expired');
  await refused(signedBy(issueLeaf(issueIntermediate(root, { notAfter: at - 1000 }))), 'expired');
  await refused(signDocument(fields), 'expired', at + 4 * HOUR_MS);
  await refused(signDocument(fields), 'expired', Number.NaN);
});

test('a document dated outside the validity of its leaf is refused', async () => {
  await refused(signDocument({ ...fields, timestamp: at - HOUR_MS }), 'expired');
  await refused(signDocument({ ...fields, timestamp: at + 4 * HOUR_MS }), 'expired');
});

test('a leaf on P-256 is refused: its signature would be no ES384', async () => {
  const p256 = issueLeaf(root, { curve: 'P-256' });
  await refused(signedBy(p256), 'malformed');
  await refused(signedBy({ ...p256, privateKey: leaf.privateKey }), 'algorithm');
});

test('a signature of zeros is refused before anything else in the document is looked at', async () => {
  const document = signDocument(fields);
  await refused(document.fill(0, document.length - 96), 'signature');
  const nonsense = encode([Uint8Array.of(), new Map(), Uint8Array.of(0xff), new Uint8Array(96)]);
  await refused(nonsense, 'signature');
});

test('r or s of zero is refused', async () => {
  const document = signDocument(fields);
  await refused(document.slice().fill(0, document.length - 96, document.length - 48), 'signature');
  await refused(document.slice().fill(0, document.length - 48), 'signature');
});

for (const missing of [0, 1, 2]) {
  test(`a document without PCR${missing} is refused`, async () => {
    const without = new Map(pcrs);
    without.delete(missing);
    await refused(signDocument({ ...fields, pcrs: without }), 'pcr-missing');
  });
}

test('without PCRs at all, with short or long ones, or with impossible indexes, it is refused', async () => {
  await refused(signDocument({ ...fields, pcrs: new Map() }), 'pcr-missing');
  for (const [index, length] of [
    [0, 32],
    [1, 47],
    [2, 49],
    [3, 0],
    [32, 48],
    [-1, 48],
  ] as const) {
    await refused(signDocument({ ...fields, pcrs: new Map([...pcrs, [index, new Uint8Array(length)]]) }), 'malformed');
  }
  await refused(
    altered((payload) => payload.delete('pcrs')),
    'malformed',
  );
  await refused(
    altered((payload) => payload.set('pcrs', [pcr(1), pcr(2), pcr(3)])),
    'malformed',
  );
  await refused(
    altered((payload) => payload.set('pcrs', new Map([['0', pcr(1)]]))),
    'malformed',
  );
});

test('zero PCR0 to 2 say debug mode; fewer zeros do not', async () => {
  const zeros = (indexes: number[]) => new Map([...pcrs, ...indexes.map((i) => [i, pcr(0)] as const)]);
  assert.equal((await verify(signDocument({ ...fields, pcrs: zeros([0, 1, 2]) }))).debug, true);
  assert.equal((await verify(signDocument({ ...fields, pcrs: zeros([0, 1]) }))).debug, false);
});

test('a payload with a field missing, foreign, of another type or too long is refused though it is signed', async () => {
  for (const key of ['module_id', 'digest', 'timestamp', 'certificate', 'cabundle']) {
    await refused(
      altered((payload) => payload.delete(key)),
      'malformed',
    );
  }
  const wrong: [unknown, unknown][] = [
    ['extra', 1],
    [7, 1],
    ['module_id', 'a\nb'],
    ['module_id', ''],
    ['timestamp', 0],
    ['timestamp', -1],
    ['timestamp', 1.5],
    ['timestamp', 2n ** 60n],
    ['timestamp', 'now'],
    ['user_data', new Uint8Array(513)],
    ['nonce', new Uint8Array(513)],
    ['public_key', new Uint8Array(1025)],
    ['user_data', 'text'],
    ['cabundle', []],
    ['cabundle', roots[0]],
    ['cabundle', [null]],
    ['certificate', null],
    ['certificate', new Uint8Array(1025)],
  ];
  for (const [key, value] of wrong)
    await refused(
      altered((payload) => payload.set(key, value)),
      'malformed',
    );
  await refused(
    altered((payload) => payload.set('digest', 'SHA256')),
    'algorithm',
  );
});

test('duplicate keys in a signed payload are refused', async () => {
  const payload = Buffer.from(encode(payloadMap(fields)));
  const nonce = encode('nonce');
  const doubled = Buffer.concat([payload, nonce, encode(Uint8Array.of(9))]);
  assert.equal(doubled[0], 0xa9);
  doubled[0] = 0xaa;
  await refused(signPayload(leaf, doubled), 'malformed');
});

test('absent optional fields read as null ones do', async () => {
  const document = altered((payload) => ['public_key', 'user_data', 'nonce'].map((key) => payload.delete(key)));
  const { publicKey, userData, nonce } = await verify(document);
  assert.deepEqual([publicKey, userData, nonce], [null, null, null]);
});

test('other COSE headers, algorithms and structures are refused', async () => {
  const { payload, seal: signature } = parseSign1(new Uint8Array(signDocument(fields)));
  const es384 = encode(new Map([[1, -35]]));
  const none = new Map();
  const forged: [unknown, AttestationErrorCode][] = [
    [[encode(new Map([[1, -7]])), none, payload, signature], 'algorithm'],
    [[encode(new Map([[1, 5]])), none, payload, signature], 'algorithm'],
    [
      [
        encode(
          new Map([
            [1, -35],
            [4, 0],
          ]),
        ),
        none,
        payload,
        signature,
      ],
      'algorithm',
    ],
    [[new Uint8Array(0), new Map([[1, -35]]), payload, signature], 'malformed'],
    [[es384, new Map([[4, 0]]), payload, signature], 'malformed'],
    [[es384, none, null, signature], 'malformed'],
    [[es384, none, payload, signature.subarray(1)], 'malformed'],
    [[es384, none, payload, signature, 0], 'malformed'],
    [[es384, none, payload], 'malformed'],
    [{ payload }, 'malformed'],
    [null, 'malformed'],
  ];
  for (const [item, code] of forged) await refused(encode(item), code);
  await verify(encode([es384, none, payload, signature]));
});

test('trailing bytes, truncation, nothing at all and more than 16 KiB are refused', async () => {
  const document = signDocument(fields);
  await refused(Buffer.concat([document, Uint8Array.of(0)]), 'malformed');
  await refused(document.subarray(0, -1), 'malformed');
  await refused(new Uint8Array(0), 'malformed');
  await refused(encode([new Uint8Array(0), new Map(), new Uint8Array(16 * 1024), new Uint8Array(96)]), 'malformed');
  await refused(signPayload(leaf, Buffer.concat([encode(payloadMap(fields)), Uint8Array.of(0)])), 'malformed');
});

test('a byte altered anywhere is refused', async () => {
  const document = signDocument(fields);
  const alteration = fc.tuple(fc.nat(document.length - 1), fc.integer({ min: 1, max: 255 }));
  const law = fc.asyncProperty(alteration, async ([position, mask]) => {
    const forged = Uint8Array.from(document, (byte, i) => (i === position ? byte ^ mask : byte));
    await assert.rejects(verify(forged), AttestationError);
  });
  await fc.assert(law, { seed: 1, numRuns: 400 });
});
