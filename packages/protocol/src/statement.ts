import { fromHex, toHex } from '@symbolon/crypto';
import * as v from 'valibot';
import { codec } from './codec.ts';
import { bytes, bytesBetween, deploymentId, hash32, millis, text, uint, version } from './fields.ts';
import { type Statement, signedSchema } from './signed.ts';

/** A list travels whole. */
const maximumStatements = 1_000;

/** A measurement and a configuration that signers may have, together (law 10). PCRs 48 bytes each. */
export const allowedPair = v.strictObject({ pcr0: bytes(48), pcr1: bytes(48), pcr2: bytes(48), configuration: hash32 });
export type AllowedPair = v.InferOutput<typeof allowedPair>;

/**
 * Every wallet gets new shares, nobody online. `rate` wallets a second at most; `canaries` go first, and the others only once each of
 * them has signed with its new shares; `lockHours` the old shares are kept at most, locked, in case the new ones were bad.
 */
const rotateAll = v.strictObject({
  what: v.literal('rotate-all'),
  rate: v.pipe(uint, v.minValue(1), v.maxValue(10_000)),
  canaries: v.pipe(v.array(hash32), v.maxLength(16)),
  lockHours: v.pipe(uint, v.minValue(72), v.maxValue(8_760)),
  note: text(0, 200),
});
export type RotateAll = v.InferOutput<typeof rotateAll>;
/** Which vault of the kms: its kind, and a hash that no other vault has. */
export const vaultName = v.strictObject({ kind: v.picklist(['embedded', 'pkcs11']), identity: hash32 });
export type VaultName = v.InferOutput<typeof vaultName>;

/** As people and configurations write it: kind:hex. */
export const vaultText = ({ kind, identity }: VaultName): string => `${kind}:${toHex(identity)}`;

/** Null for what is no such text. */
export function parseVaultText(text: string): VaultName | null {
  const [, kind, hex] = /^(embedded|pkcs11):([0-9a-f]{64})$/.exec(text) ?? [];
  return hex === undefined ? null : { kind: kind as VaultName['kind'], identity: fromHex(hex) };
}

/** What organisations decide together. Later kinds of decision join here. */
export const decision = v.variant('what', [
  v.strictObject({ what: v.literal('allow-signer'), pair: allowedPair, note: text(0, 200) }),
  v.strictObject({ what: v.literal('withdraw-signer'), pair: allowedPair, note: text(0, 200) }),
  /** A release of the wallet's page, by the hash of its manifest. */
  v.strictObject({ what: v.literal('allow-page'), release: hash32, note: text(0, 200) }),
  v.strictObject({ what: v.literal('withdraw-page'), release: hash32, note: text(0, 200) }),
  rotateAll,
  v.strictObject({ what: v.literal('pause-rotation'), number: v.pipe(uint, v.minValue(1)), note: text(0, 200) }),
  v.strictObject({ what: v.literal('resume-rotation'), number: v.pipe(uint, v.minValue(1)), note: text(0, 200) }),
  v.strictObject({ what: v.literal('move-vault'), to: vaultName, note: text(0, 200) }),
]);
export type Decision = v.InferOutput<typeof decision>;

/** One numbered decision. The list is append-only: `previous` is the hash of the statement before. */
export const statementBody = v.strictObject({
  v: version,
  deployment: deploymentId,
  number: v.pipe(uint, v.minValue(1), v.maxValue(maximumStatements)),
  previous: v.nullable(hash32),
  made: millis,
  decision,
});
export type StatementBody = v.InferOutput<typeof statementBody>;
export const statementBodyCodec = codec('statement', statementBody);

/** k-of-n: each organisation signs the same bytes under the domain `statement`. */
export const statement = v.strictObject({
  body: bytesBetween(1, 4_096),
  signatures: v.pipe(
    v.array(v.strictObject({ organisation: hash32, signature: bytes(64) })),
    v.minLength(1),
    v.maxLength(16),
  ),
});
export type SignedStatement = v.InferOutput<typeof statement>;
export const statementCodec = codec('signedStatement', statement);

/** The kms's word on when a statement came onto its log: the waiting time runs from here. */
export const statementEntry = v.strictObject({
  v: version,
  deployment: deploymentId,
  number: v.pipe(uint, v.minValue(1)),
  statement: hash32,
  at: millis,
  log: v.pipe(uint, v.minValue(1)),
});
export type StatementEntry = v.InferOutput<typeof statementEntry>;
export const statementEntryStatement: Statement<StatementEntry> = {
  domain: 'statement-entry',
  body: codec('statementEntry', statementEntry),
};

export const loggedStatement = v.strictObject({ statement, entry: signedSchema });
export type LoggedStatement = v.InferOutput<typeof loggedStatement>;

export const statementList = v.strictObject({
  statements: v.pipe(v.array(loggedStatement), v.maxLength(maximumStatements)),
});
export type StatementList = v.InferOutput<typeof statementList>;
export const statementListCodec = codec('statementList', statementList);
export const statementAnswer = codec('statementAnswer', v.strictObject({ entry: signedSchema }));
