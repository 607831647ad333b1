import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'cborg';
import {
  createDevelopmentRoot,
  type DocumentFields,
  issueIntermediate,
  issueLeaf,
  ownCertificate,
  payloadMap,
  signPayload,
} from '../develop/index.ts';
import { type AttestationErrorCode, appraise, findings, verifyDocument } from '../index.ts';

const at = Date.now();
const root = createDevelopmentRoot();
const leaf = issueLeaf(issueIntermediate(root));
const pcr = (byte: number, length = 48) => new Uint8Array(length).fill(byte);
const fields: DocumentFields = {
  leaf,
  moduleId: 'test',
  timestamp: at,
  pcrs: new Map([0, 1, 2, 3].map((i) => [i, pcr(i + 1)])),
  publicKey: null,
  userData: pcr(7, 64),
  nonce: pcr(8, 32),
};

/** RFC 8949 3.2: containers and byte strings of indefinite length, as newer security modules write them; strings in chunks. */
function encodeIndefinite(value: unknown): Uint8Array {
  const within = (initial: number, parts: Uint8Array[]) =>
    Buffer.concat([Uint8Array.of(initial), ...parts, Uint8Array.of(0xff)]);
  if (value instanceof Map) return within(0xbf, [...value].flat().map(encodeIndefinite));
  if (Array.isArray(value)) return within(0x9f, value.map(encodeIndefinite));
  if (!(value instanceof Uint8Array)) return encode(value);
  return within(
    0x5f,
    [value.subarray(0, 20), value.subarray(20)].map((chunk) => encode(chunk)),
  );
}

/** Maps of definite length, their keys the other way round than this project writes them. */
const encodeReversed = (value: Map<unknown, unknown>) =>
  encode(new Map([...value].toReversed()), { mapSorter: () => 0 });

/** Older modules write the first of these, newer ones the second; nobody promises an order. */
const forms: [string, (payload: Map<unknown, unknown>) => Uint8Array][] = [
  ['definite', (payload) => encode(payload)],
  ['indefinite', encodeIndefinite],
  ['reversed', encodeReversed],
];

for (const [form, encodePayload] of forms) {
  const document = (changes: [string, unknown][] = [], given = fields) =>
    signPayload(given.leaf, encodePayload(new Map<unknown, unknown>([...payloadMap(given), ...changes])));
  const verify = (bytes: Uint8Array, when = at) => verifyDocument(bytes, { roots: [ownCertificate(root)], at: when });
  const refused = (bytes: Uint8Array, code: AttestationErrorCode, when?: number) =>
    assert.rejects(verify(bytes, when), { name: 'AttestationError', code });

  test(`${form}: a document verifies, and says the same in every form`, async () => {
    const said = await verify(document());
    assert.deepEqual(said.measurement, { pcr0: pcr(1), pcr1: pcr(2), pcr2: pcr(3) });
    assert.deepEqual([said.userData, said.nonce, said.timestamp], [fields.userData, fields.nonce, at]);
    appraise(said, { at, measurements: [said.measurement], nonce: pcr(8, 32), userData: pcr(7, 64) });
  });

  test(`${form}: evidence of another key, an older challenge or an earlier hour is found out`, async () => {
    const said = await verify(document());
    const policy = { at, measurements: [said.measurement] };
    assert.deepEqual(findings(said, { ...policy, userData: pcr(9, 64) }), ['user-data'], 'another key bound');
    assert.deepEqual(findings(said, { ...policy, nonce: pcr(9, 32) }), ['nonce'], 'replayed');
    assert.deepEqual(findings(said, { ...policy, at: at + 5 * 60_000 + 1 }), ['stale'], 'replayed later');
    assert.deepEqual(findings(said, { ...policy, at: at - 60_001 }), ['future'], 'a clock set back');
    const unbound = await verify(
      document([
        ['user_data', null],
        ['nonce', null],
      ]),
    );
    assert.deepEqual(findings(unbound, { ...policy, userData: pcr(7, 64), nonce: pcr(8, 32) }), ['nonce', 'user-data']);
  });

  test(`${form}: PCRs missing, short, long or of impossible index are refused; zero ones mean debug mode`, async () => {
    const pcrs = (...changes: [unknown, unknown][]) =>
      document([['pcrs', new Map<unknown, unknown>([...fields.pcrs, ...changes])]]);
    for (const missing of [0, 1, 2]) {
      const without = new Map([...fields.pcrs].filter(([index]) => index !== missing));
      await refused(document([['pcrs', without]]), 'pcr-missing');
    }
    await refused(document([['pcrs', new Map()]]), 'pcr-missing');
    for (const length of [0, 32, 47, 49]) await refused(pcrs([0, pcr(1, length)]), 'malformed');
    for (const index of [32, -1, '0', null]) await refused(pcrs([index, pcr(1)]), 'malformed');
    const debug = await verify(pcrs([0, pcr(0)], [1, pcr(0)], [2, pcr(0)]));
    assert.deepEqual(findings(debug, { at, measurements: [debug.measurement] }), ['debug']);
  });

  test(`${form}: PCRs beside the measured three change nothing of what is compared`, async () => {
    const more = new Map([...fields.pcrs, ...Array.from({ length: 28 }, (_, i) => [i + 4, pcr(0xee)] as const)]);
    const said = await verify(document([['pcrs', more]]));
    assert.equal(said.pcrs.size, 32);
    assert.deepEqual(said.measurement, { pcr0: pcr(1), pcr1: pcr(2), pcr2: pcr(3) });
  });

  test(`${form}: certificates swapped, expired, of another root or for another use are refused`, async () => {
    const other = issueLeaf(issueIntermediate(createDevelopmentRoot()));
    const second = issueLeaf(issueIntermediate(root));
    await refused(document([['certificate', ownCertificate(second)]]), 'chain', at);
    await refused(document([['cabundle', second.chain.slice(0, -1)]]), 'chain');
    await refused(document([['cabundle', leaf.chain.slice(0, -1).toReversed()]]), 'root');
    await refused(document([], { ...fields, leaf: other }), 'root');
    await refused(
      document([['cabundle', [ownCertificate(root), ...other.chain.slice(1, -1)]]], { ...fields, leaf: other }),
      'chain',
    );
    await refused(document([], { ...fields, leaf: issueLeaf(root, { keyUsage: ['keyCertSign'] }) }), 'chain');
    await refused(document([], { ...fields, leaf: issueLeaf(root, { notAfter: at - 1000 }) }), 'expired');
    await refused(document(), 'expired', at + 4 * 3600_000);
    await refused(document([['timestamp', at - 3600_000]]), 'expired');
  });

  test(`${form}: a field of another form, a foreign one, and a signature of zeros are refused`, async () => {
    await refused(document([['digest', 'SHA512']]), 'algorithm');
    await refused(document([['pcrs', [pcr(1), pcr(2), pcr(3)]]]), 'malformed');
    await refused(document([['extra', null]]), 'malformed');
    const bytes = Buffer.from(document());
    await refused(bytes.fill(0, bytes.length - 96), 'signature');
  });
}

test('a payload whose containers mix both lengths verifies; one that ends one of them twice does not', async () => {
  const verify = (payload: Uint8Array) =>
    verifyDocument(signPayload(leaf, payload), { roots: [ownCertificate(root)], at });
  const pcrs = encodeIndefinite(new Map(fields.pcrs));
  const rest = new Map<unknown, unknown>(payloadMap(fields));
  rest.delete('pcrs');
  const mixed = Buffer.from(encode(rest));
  const joined = (...end: Uint8Array[]) =>
    Buffer.concat([Uint8Array.of(0xa9), mixed.subarray(1), encode('pcrs'), pcrs, ...end]);
  assert.equal((await verify(joined())).pcrs.size, 4);
  await assert.rejects(verify(joined(Uint8Array.of(0xff))), { code: 'malformed' });
});
