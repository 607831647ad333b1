import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { concatBytes, copyOf } from '../bytes.ts';
import { type Certificate, parseCertificate } from '../certificate.ts';
import { bitString, element, integer, oid, sequence, time } from '../develop/der.ts';
import {
  type CertificateFields,
  createDevelopmentRoot,
  extension,
  type Identity,
  issueIntermediate,
  issueLeaf,
  ownCertificate,
} from '../develop/index.ts';

/** A maker of platforms like Intel, whose keys the tests hold: whatever it could be made to sign, they can. */
export interface Maker {
  readonly root: Identity;
  readonly pckCa: Identity;
  readonly pck: Identity;
  readonly tcbSigner: Identity;
}

export const DAY_MS = 24 * 3600_000;
const P256 = { curve: 'P-256' } as const;
const SGX = '1.2.840.113741.1.13.1';
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** All sixteen components at 5, the PCE at 10. */
export function createMaker(
  overrides: {
    pckCa?: Partial<CertificateFields>;
    pck?: Partial<CertificateFields>;
    tcb?: Partial<CertificateFields>;
  } = {},
): Maker {
  const root = createDevelopmentRoot({ ...P256, commonName: 'root', keyUsage: ['keyCertSign', 'cRLSign'] });
  const pckCa = issueIntermediate(root, { ...P256, keyUsage: ['keyCertSign', 'cRLSign'], ...overrides.pckCa });
  const platform = [extension(SGX, false, platformExtension())];
  const pck = issueLeaf(pckCa, {
    ...P256,
    commonName: 'Intel SGX PCK Certificate',
    extensions: platform,
    ...overrides.pck,
  });
  const tcbSigner = issueLeaf(root, { ...P256, commonName: 'Intel SGX TCB Signing', ...overrides.tcb });
  return { root, pckCa, pck, tcbSigner };
}

/** The value of the extension by which a PCK certificate describes its platform. */
export function platformExtension({
  svns = Array(16).fill(5),
  pceSvn = 10,
}: {
  svns?: number[];
  pceSvn?: number;
} = {}) {
  const pair = (id: string, value: Uint8Array) => sequence(oid(`${SGX}.${id}`), value);
  const octets = (length: number) => element(0x04, new Uint8Array(length).fill(7));
  const number = (n: number) => integer(Uint8Array.of(n >> 8, n & 0xff));
  const tcb = [
    ...svns.map((svn, i) => pair(`2.${i + 1}`, number(svn))),
    pair('2.17', number(pceSvn)),
    pair('2.18', octets(16)),
  ];
  const fields = [pair('1', octets(16)), pair('2', sequence(...tcb)), pair('3', octets(2)), pair('4', octets(6))];
  return sequence(...fields, pair('5', element(0x0a, Uint8Array.of(0))));
}

const certificateOf = (identity: Identity): Certificate => parseCertificate(copyOf(ownCertificate(identity)));

export interface ListFields {
  readonly revoked?: readonly Identity[];
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
  readonly extensions?: readonly Uint8Array[];
}

/** A certificate revocation list by `issuer`, DER. */
export function revocationList(
  issuer: Identity,
  { revoked = [], extensions = [], ...times }: ListFields = {},
): Uint8Array {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const entries = revoked.map((each) => sequence(integer(certificateOf(each).serial), time(Date.now() - DAY_MS)));
  const tbs = sequence(
    integer(Uint8Array.of(1)),
    algorithm,
    certificateOf(issuer).subject,
    time(times.thisUpdate ?? Date.now() - DAY_MS),
    time(times.nextUpdate ?? Date.now() + DAY_MS),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    element(0xa0, sequence(extension('2.5.29.20', false, integer(Uint8Array.of(1))), ...extensions)),
  );
  return sequence(tbs, algorithm, bitString(sign('sha256', tbs, issuer.privateKey)));
}

export type Fields = Record<string, unknown>;
const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const validity = () => ({ issueDate: iso(Date.now() - DAY_MS), nextUpdate: iso(Date.now() + DAY_MS) });
const svnList = (svn: number) => Array(16).fill({ svn });

export const tcbLevel = (svn: number, tcbStatus: string, advisoryIDs: string[] = []): Fields => ({
  tcb: { sgxtcbcomponents: svnList(svn), pcesvn: 10, tdxtcbcomponents: svnList(svn) },
  tcbStatus,
  advisoryIDs,
});

export const isvLevel = (isvsvn: number, tcbStatus: string): Fields => ({ tcb: { isvsvn }, tcbStatus });

/** TCB info of platforms like the maker's, which are up to date by it. */
export function tcbInfo(overrides: Fields = {}): Fields {
  const module = { mrsigner: '00'.repeat(48), attributes: '00'.repeat(8), attributesMask: 'FF'.repeat(8) };
  const about = { id: 'SGX', version: 3, ...validity(), fmspc: '07'.repeat(6), pceId: '0707', tcbType: 0 };
  const modules = {
    tdxModule: module,
    tdxModuleIdentities: [{ ...module, id: 'TDX_01', tcbLevels: [isvLevel(4, 'UpToDate')] }],
  };
  return { ...about, ...modules, tcbLevels: [tcbLevel(5, 'UpToDate')], ...overrides };
}

/** Of the quoting enclave in {@link quote}. */
export function qeIdentity(overrides: Fields = {}): Fields {
  const attributes = { attributes: `11${'00'.repeat(15)}`, attributesMask: `FB${'FF'.repeat(7)}${'00'.repeat(8)}` };
  const registers = { miscselect: '00000000', miscselectMask: 'FFFFFFFF', ...attributes, mrsigner: '09'.repeat(32) };
  const about = { id: 'QE', version: 2, ...validity(), isvprodid: 1 };
  return { ...about, ...registers, tcbLevels: [isvLevel(8, 'UpToDate')], ...overrides };
}

export interface CollateralFields {
  readonly tcbInfo?: Fields;
  readonly qeIdentity?: Fields;
  /** Who signs both statements. */
  readonly signer?: Identity;
  readonly rootCrl?: Uint8Array;
  readonly pckCrl?: Uint8Array;
}

/** Collateral as verifyQuote takes it, by field; encode it with {@link encodeCollateral}. */
export function collateral(maker: Maker, fields: CollateralFields = {}): Record<string, string> {
  const signer = fields.signer ?? maker.tcbSigner;
  const statement = (name: string, content: Fields) => {
    const text = JSON.stringify(content);
    const signature = sign('sha256', Buffer.from(text), { key: signer.privateKey, dsaEncoding: 'ieee-p1363' });
    return { [name]: text, [`${name}_signature`]: hex(signature), [`${name}_issuer_chain`]: pem(signer) };
  };
  return {
    pck_crl_issuer_chain: pem(maker.pckCa),
    root_ca_crl: hex(fields.rootCrl ?? revocationList(maker.root)),
    pck_crl: hex(fields.pckCrl ?? revocationList(maker.pckCa)),
    ...statement('tcb_info', fields.tcbInfo ?? tcbInfo()),
    ...statement('qe_identity', fields.qeIdentity ?? qeIdentity()),
  };
}

export const encodeCollateral = (fields: Record<string, unknown>): Uint8Array => Buffer.from(JSON.stringify(fields));

function pem({ chain }: Identity): string {
  const block = (der: Uint8Array) =>
    `-----BEGIN CERTIFICATE-----\n${Buffer.from(der)
      .toString('base64')
      .replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  return chain.toReversed().map(block).join('');
}

export interface QuoteFields {
  readonly version?: 3 | 4;
  readonly tee?: number;
  /** Written over the report's zeros, by offset. */
  readonly report?: ReadonlyMap<number, Uint8Array>;
  readonly qeReport?: ReadonlyMap<number, Uint8Array>;
  /** Who signs the quoting enclave's report, and by which chain. */
  readonly pck?: Identity;
  /** Signs the quote in place of the key that the quoting enclave vouches for. */
  readonly attestationKey?: KeyObject;
}

/** A quote by a platform of the maker's: v3 of SGX unless said; its quoting enclave is product 1, version 8. */
export function quote(maker: Maker, fields: QuoteFields = {}): Uint8Array {
  const { version = 3, tee = 0, pck = maker.pck } = fields;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const key = Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const authentication = randomBytes(32);
  const bound = createHash('sha256').update(key).update(authentication).digest();
  const qe: [number, Uint8Array][] = [
    [48, Uint8Array.of(0x15)],
    [128, new Uint8Array(32).fill(9)],
    [256, Uint8Array.of(1, 0, 8, 0)],
    [320, bound],
  ];
  const qeReport = written(384, new Map([...qe, ...(fields.qeReport ?? [])]));
  const report = written(tee === 0 ? 384 : 584, fields.report ?? new Map());
  const header = [
    u16(version),
    u16(2),
    u32(tee),
    u32(0),
    Buffer.from('939a7233f79c4ca9940a0db3957f0607', 'hex'),
    new Uint8Array(20),
  ];
  const signed = concatBytes(...header, report);
  const raw = (message: Uint8Array, by: KeyObject) => sign('sha256', message, { key: by, dsaEncoding: 'ieee-p1363' });
  const certificates = Buffer.from(`${pem(pck)}\0`);
  const certified = concatBytes(
    qeReport,
    raw(qeReport, pck.privateKey),
    u16(authentication.length),
    authentication,
    u16(5),
    u32(certificates.length),
    certificates,
  );
  const certification = version === 3 ? certified : concatBytes(u16(6), u32(certified.length), certified);
  const own = concatBytes(raw(signed, fields.attestationKey ?? privateKey), key, certification);
  return concatBytes(signed, u32(own.length), own);
}

function written(length: number, fields: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const bytes = new Uint8Array(length);
  for (const [offset, field] of fields) bytes.set(field, offset);
  return bytes;
}

const u16 = (n: number) => Uint8Array.of(n & 0xff, n >> 8);
const u32 = (n: number) => Uint8Array.of(n & 0xff, (n >> 8) & 0xff, (n >> 16) & 0xff, n >>> 24);
