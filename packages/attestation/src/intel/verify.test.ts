import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { extension, type Identity, issueIntermediate, issueLeaf, ownCertificate } from '../develop/index.ts';
import { AttestationError, type AttestationErrorCode, verifyQuote } from '../index.ts';
import {
  type CollateralFields,
  collateral,
  createMaker,
  DAY_MS,
  encodeCollateral,
  type Fields,
  isvLevel,
  platformExtension,
  type QuoteFields,
  qeIdentity,
  quote,
  revocationList,
  tcbInfo,
  tcbLevel,
} from './testing.ts';

const at = Date.now();
const maker = createMaker();
const roots = [ownCertificate(maker.root)];

interface Given {
  readonly maker?: typeof maker;
  readonly quote?: QuoteFields;
  readonly collateral?: CollateralFields;
  /** Put over the collateral's fields after they were signed. */
  readonly over?: Record<string, unknown>;
  readonly at?: number;
}

function verify({ maker: by = maker, over = {}, ...given }: Given = {}) {
  const encoded = encodeCollateral({ ...collateral(by, given.collateral), ...over });
  const pinned = [ownCertificate(by.root)];
  return verifyQuote(quote(by, given.quote), { roots: pinned, at: given.at ?? at, collateral: encoded });
}

const refused = (given: Given, code: AttestationErrorCode) =>
  assert.rejects(verify(given), (error) => {
    assert.ok(error instanceof AttestationError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });

const tdx: QuoteFields = {
  version: 4,
  tee: 0x81,
  report: new Map([
    [0, new Uint8Array(16).fill(5)],
    [1, Uint8Array.of(0)],
  ]),
};
const forTdx = (info: Fields = {}): CollateralFields => ({
  tcbInfo: tcbInfo({ id: 'TDX', tcbLevels: [{ ...tcbLevel(5, 'UpToDate'), tcb: tdxComponents() }], ...info }),
  qeIdentity: qeIdentity({ id: 'TD_QE' }),
});
/** The module's version byte is 0 in these, so that all sixteen are compared but that one. */
function tdxComponents() {
  const svns = Array.from({ length: 16 }, (_, i) => ({ svn: i === 1 ? 0 : 5 }));
  return { sgxtcbcomponents: Array(16).fill({ svn: 5 }), pcesvn: 10, tdxtcbcomponents: svns };
}

test("quotes of either version and kind verify under their maker's root", async () => {
  assert.deepEqual((await verify()).tcb, { status: 'UpToDate', advisories: [] });
  assert.equal((await verify({ quote: { version: 4 } })).kind, 'sgx');
  assert.equal((await verify({ quote: tdx, collateral: forTdx() })).kind, 'tdx');
});

test('debug mode is said, of enclaves and of domains', async () => {
  const enclave = await verify({ quote: { report: new Map([[48, Uint8Array.of(0x07)]]) } });
  const domain = await verify({
    quote: { ...tdx, report: new Map([...(tdx.report ?? []), [120, Uint8Array.of(1)]]) },
    collateral: forTdx(),
  });
  assert.deepEqual([enclave.debug, domain.debug, (await verify()).debug], [true, true, false]);
});

test('a quote by another key than the quoting enclave vouches for is refused', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await refused({ quote: { attestationKey: privateKey } }, 'signature');
});

test('a quoting enclave whose report binds another key, or more than a key, is refused', async () => {
  await refused({ quote: { qeReport: new Map([[320, new Uint8Array(32)]]) } }, 'signature');
  await refused({ quote: { qeReport: new Map([[352, Uint8Array.of(1)]]) } }, 'signature');
});

test("a quoting enclave's report signed by another platform's key is refused", async () => {
  const other = createMaker();
  await refused({ quote: { pck: { ...maker.pck, privateKey: other.pck.privateKey } } }, 'signature');
  await refused({ quote: { pck: other.pck } }, 'root');
  await refused(
    { quote: { pck: { ...other.pck, chain: [ownCertificate(maker.root), ...other.pck.chain.slice(1)] } } },
    'chain',
  );
});

test('a platform certified by a chain of another length, or by a certificate that says nothing of a platform, is refused', async () => {
  const platform = [extension('1.2.840.113741.1.13.1', false, platformExtension())];
  await refused({ quote: { pck: issueLeaf(maker.root, { curve: 'P-256', extensions: platform }) } }, 'chain');
  const plain = createMaker({ pck: { extensions: [] } });
  await refused({ maker: plain }, 'malformed');
  const short = createMaker({
    pck: { extensions: [extension('1.2.840.113741.1.13.1', false, platformExtension({ svns: [1] }))] },
  });
  await refused({ maker: short }, 'malformed');
});

test('an expired platform certificate and one not yet valid are refused', async () => {
  await refused({ maker: createMaker({ pck: { notAfter: at - 1000 } }) }, 'expired');
  await refused({ maker: createMaker({ pck: { notBefore: at + DAY_MS } }) }, 'expired');
  await refused({ at: at + 3 * 365 * DAY_MS }, 'expired');
});

test('a revoked platform, a revoked issuer of platforms and a revoked signer of TCB info are refused', async () => {
  const { root, pckCa, pck, tcbSigner } = maker;
  await refused({ collateral: { pckCrl: revocationList(pckCa, { revoked: [pck] }) } }, 'revoked');
  await refused({ collateral: { rootCrl: revocationList(root, { revoked: [pckCa] }) } }, 'revoked');
  await refused({ collateral: { rootCrl: revocationList(root, { revoked: [tcbSigner] }) } }, 'revoked');
  await verify({ collateral: { pckCrl: revocationList(pckCa, { revoked: [tcbSigner] }) } });
});

test('revocation lists that are old, of the future, partial, unsigned or by another are refused', async () => {
  const { root, pckCa } = maker;
  const list = (by: Identity, fields = {}) => ({ collateral: { pckCrl: revocationList(by, fields) } });
  await refused(list(pckCa, { nextUpdate: at - 1000 }), 'expired');
  await refused(list(pckCa, { thisUpdate: at + DAY_MS }), 'expired');
  await refused(list(pckCa, { extensions: [extension('2.5.29.27', true, Uint8Array.of(2, 1, 1))] }), 'chain');
  await refused(list(root), 'chain');
  await refused(list({ ...pckCa, privateKey: root.privateKey }), 'chain');
  await refused(list({ ...root, privateKey: pckCa.privateKey }), 'chain');
  await refused({ collateral: { rootCrl: revocationList(pckCa) } }, 'chain');
  await refused({ maker: createMaker({ pckCa: { keyUsage: ['keyCertSign'] } }) }, 'chain');
});

test('statements that are expired, of the future, altered or signed by another key are refused', async () => {
  const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  for (const [name, make] of [
    ['tcbInfo', tcbInfo],
    ['qeIdentity', qeIdentity],
  ] as const) {
    await refused({ collateral: { [name]: make({ nextUpdate: iso(at - 2000) }) } }, 'expired');
    await refused({ collateral: { [name]: make({ issueDate: iso(at + DAY_MS) }) } }, 'expired');
  }
  await refused({ over: { tcb_info: JSON.stringify(tcbInfo({ tcbEvaluationDataNumber: 9 })) } }, 'collateral');
  await refused({ over: { tcb_info_signature: '00'.repeat(64) } }, 'collateral');
  await refused({ over: { qe_identity_signature: '11'.repeat(63) } }, 'collateral');
  await refused({ collateral: { signer: { ...maker.tcbSigner, privateKey: maker.pck.privateKey } } }, 'collateral');
});

test("a platform's own key signs no TCB info, though its certificate leads to the same root", async () => {
  await refused({ collateral: { signer: maker.pck } }, 'collateral');
  const named = issueLeaf(maker.pckCa, { curve: 'P-256', commonName: 'Intel SGX TCB Signing' });
  await refused({ collateral: { signer: named } }, 'collateral');
  await refused({ maker: createMaker({ tcb: { commonName: 'Intel SGX PCK Certificate' } }) }, 'collateral');
  await refused({ maker: createMaker({ tcb: { curve: 'P-384' } }) }, 'collateral');
});

test('statements on another platform, another kind or of another version are refused', async () => {
  const wrong: Fields[] = [{ fmspc: '08'.repeat(6) }, { pceId: '0708' }, { id: 'TDX' }, { version: 2 }, { tcbType: 1 }];
  for (const fields of wrong) await refused({ collateral: { tcbInfo: tcbInfo(fields) } }, 'collateral');
  await refused({ collateral: { qeIdentity: qeIdentity({ id: 'TD_QE' }) } }, 'collateral');
  await refused({ quote: tdx }, 'collateral');
});

test('a quoting enclave that is not the one Intel names is refused', async () => {
  const wrong: Fields[] = [
    { mrsigner: '0A'.repeat(32) },
    { isvprodid: 2 },
    { miscselect: '00000001' },
    { attributes: `10${'00'.repeat(15)}` },
    { tcbLevels: [isvLevel(9, 'UpToDate')] },
    { tcbLevels: [] },
  ];
  for (const fields of wrong) await refused({ collateral: { qeIdentity: qeIdentity(fields) } }, 'platform');
  await refused({ quote: { qeReport: new Map([[48, Uint8Array.of(0x17)]]) } }, 'platform');
});

test('the first level that every component reaches is what counts; none reached, or revoked, is refused', async () => {
  const levels = (...tcbLevels: Fields[]) => verify({ collateral: { tcbInfo: tcbInfo({ tcbLevels }) } });
  const old = tcbLevel(4, 'OutOfDate', ['SA-2', 'SA-1']);
  assert.deepEqual((await levels(tcbLevel(6, 'UpToDate'), old)).tcb, {
    status: 'OutOfDate',
    advisories: ['SA-1', 'SA-2'],
  });
  assert.equal((await levels(tcbLevel(5, 'SWHardeningNeeded'), old)).tcb.status, 'SWHardeningNeeded');
  const pce = { ...tcbLevel(5, 'UpToDate'), tcb: { ...tdxComponents(), pcesvn: 11 } };
  assert.equal((await levels(pce, old)).tcb.status, 'OutOfDate');
  const oneComponent = Array.from({ length: 16 }, (_, i) => ({ svn: i === 15 ? 6 : 5 }));
  const one = { ...tcbLevel(5, 'UpToDate'), tcb: { ...tdxComponents(), sgxtcbcomponents: oneComponent } };
  assert.equal((await levels(one, old)).tcb.status, 'OutOfDate');
  await assert.rejects(levels(tcbLevel(6, 'UpToDate')), { code: 'platform' });
  await assert.rejects(levels(tcbLevel(5, 'Revoked'), old), { code: 'revoked' });
});

test('a quoting enclave that is out of date worsens what is said of the platform; a revoked one is refused', async () => {
  const worsened = [
    ['UpToDate', 'OutOfDate'],
    ['SWHardeningNeeded', 'OutOfDate'],
    ['ConfigurationNeeded', 'OutOfDateConfigurationNeeded'],
    ['ConfigurationAndSWHardeningNeeded', 'OutOfDateConfigurationNeeded'],
    ['OutOfDate', 'OutOfDate'],
    ['OutOfDateConfigurationNeeded', 'OutOfDateConfigurationNeeded'],
  ] as const;
  const qe = (status: string) => qeIdentity({ tcbLevels: [isvLevel(8, status)] });
  for (const [status, becomes] of worsened) {
    const fields = { tcbInfo: tcbInfo({ tcbLevels: [tcbLevel(5, status)] }) };
    assert.equal((await verify({ collateral: { ...fields, qeIdentity: qe('OutOfDate') } })).tcb.status, becomes);
    assert.equal((await verify({ collateral: { ...fields, qeIdentity: qe('UpToDate') } })).tcb.status, status);
  }
  await refused({ collateral: { qeIdentity: qe('Revoked') } }, 'revoked');
});

test("a TDX module must be Intel's, and at a level of its own where it has a version", async () => {
  const module = (version: number, svn: number, more: [number, Uint8Array][] = []): QuoteFields => ({
    ...tdx,
    report: new Map([
      [0, new Uint8Array(16).fill(5)],
      [0, Uint8Array.of(svn, version)],
      [2, new Uint8Array(14).fill(5)],
      ...more,
    ]),
  });
  const status = async (fields: QuoteFields) => (await verify({ quote: fields, collateral: forTdx() })).tcb.status;
  assert.equal(await status(module(1, 4)), 'UpToDate');
  await refused({ quote: module(1, 3), collateral: forTdx() }, 'platform');
  await refused({ quote: module(2, 9), collateral: forTdx() }, 'platform');
  await refused({ quote: module(0, 4), collateral: forTdx() }, 'platform');
  for (const version of [0, 1]) {
    await refused({ quote: module(version, 5, [[64, Uint8Array.of(1)]]), collateral: forTdx() }, 'platform');
    await refused({ quote: module(version, 5, [[112, Uint8Array.of(1)]]), collateral: forTdx() }, 'platform');
  }
  const levels = [
    { ...tcbLevel(5, 'UpToDate'), tcb: { ...tdxComponents(), tdxtcbcomponents: Array(16).fill({ svn: 6 }) } },
  ];
  await refused({ quote: module(1, 4), collateral: forTdx({ tcbLevels: levels }) }, 'platform');
});

test('quotes of another version, vendor, key type or kind, and sizes that do not fit to the byte, are refused', async () => {
  const good = Buffer.from(quote(maker));
  const anchor = { roots, at, collateral: encodeCollateral(collateral(maker)) };
  const forged = (offset: number, ...bytes: number[]) =>
    Buffer.from(good).fill(Uint8Array.from(bytes), offset, offset + bytes.length);
  const wrong: [Uint8Array, AttestationErrorCode][] = [
    [forged(0, 2), 'malformed'],
    [forged(0, 5), 'malformed'],
    [forged(2, 3), 'algorithm'],
    [forged(4, 0x81), 'malformed'],
    [forged(12, 0), 'malformed'],
    [forged(432, (good[432] ?? 0) + 1), 'malformed'],
    [forged(432, (good[432] ?? 0) - 1), 'malformed'],
    [forged(432, 0xff, 0xff, 0xff, 0xff), 'malformed'],
    [good.subarray(0, -1), 'malformed'],
    [Buffer.concat([good, Uint8Array.of(1)]), 'malformed'],
    [new Uint8Array(0), 'malformed'],
    [new Uint8Array(17 * 1024), 'malformed'],
  ];
  // One more byte than the certificates are said to have, inside what the quote's own size covers.
  const longer = Buffer.concat([good, Uint8Array.of(0)]);
  longer.writeUInt32LE(good.readUInt32LE(432) + 1, 432);
  wrong.push([longer, 'malformed']);
  await verifyQuote(good, anchor);
  for (const [bytes, code] of wrong)
    await assert.rejects(verifyQuote(bytes, anchor), { name: 'AttestationError', code });
});

test('collateral with a field missing, foreign, of another type or form is refused', async () => {
  const good = collateral(maker);
  for (const name of Object.keys(good)) await refused({ over: { [name]: undefined } }, 'malformed');
  await refused({ over: { extra: 1 } }, 'malformed');
  await refused({ over: { pck_crl: 7 } }, 'malformed');
  await refused({ over: { pck_crl: good['pck_crl']?.toUpperCase() } }, 'malformed');
  await refused({ over: { pck_crl_issuer_chain: good['pck_crl_issuer_chain']?.replace('\n', '\r\n') } }, 'malformed');
  await refused({ over: { pck_crl_issuer_chain: '' } }, 'malformed');
  await refused({ over: { pck_crl_issuer_chain: good['tcb_info_issuer_chain'] } }, 'collateral');
  for (const text of ['', '[]', 'null', '{}', '{', '\ufeff{}']) {
    const anchor = { roots, at, collateral: Buffer.from(text) };
    await assert.rejects(verifyQuote(quote(maker), anchor), { code: 'malformed' });
  }
});

test('signed statements of another shape are refused, and nothing else happens', async () => {
  const shapes: Fields[] = [
    { tcbLevels: {} },
    { tcbLevels: [null] },
    { tcbLevels: [{}] },
    { fmspc: 7 },
    { issueDate: 'now' },
  ];
  for (const fields of shapes) await refused({ collateral: { tcbInfo: tcbInfo(fields) } }, 'malformed');
  const few = { ...tcbLevel(5, 'UpToDate'), tcb: { ...tdxComponents(), sgxtcbcomponents: [{ svn: 5 }] } };
  await refused({ collateral: { tcbInfo: tcbInfo({ tcbLevels: [few] }) } }, 'malformed');
  await refused({ collateral: { tcbInfo: tcbInfo({ tcbLevels: [tcbLevel(5, 'Excellent')] }) } }, 'malformed');
});

test('an authority below the issuer of platforms is refused', async () => {
  const below = issueIntermediate(maker.pckCa, { curve: 'P-256', keyUsage: ['keyCertSign', 'cRLSign'] });
  await refused({ quote: { pck: issueLeaf(below, { curve: 'P-256' }) } }, 'chain');
});
