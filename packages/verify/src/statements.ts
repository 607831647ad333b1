import { equal, toBase64url } from '@symbolon/crypto';
import {
  type AllowedPair,
  type Deployment,
  digest,
  type LoggedStatement,
  openStatement,
  ProtocolError,
  type RotateAll,
  type SignedStatement,
  type StatementBody,
  statementBodyCodec,
  statementEntryStatement,
  tagged,
  type VaultName,
} from '@symbolon/protocol';
import { Refusal } from './errors.ts';
import type { SignatureChecks } from './signatures.ts';

/** Names a statement: what the next one carries as `previous`. */
export const statementHash = (body: Uint8Array): Uint8Array => digest('statement', body);

/** A verified statement and when it came onto the kms's log, ms. */
export interface VerifiedStatement {
  body: StatementBody;
  hash: Uint8Array;
  loggedAt: number;
}

/**
 * A statement as next on a list: signed by at least `threshold` different organisations, over these exact bytes.
 * Throws Refusal `statement-invalid`.
 */
export function verifyStatement(
  statement: SignedStatement,
  before: { body: StatementBody; hash: Uint8Array } | null,
  deployment: Deployment,
  checks: Pick<SignatureChecks, 'ed25519'>,
): { body: StatementBody; hash: Uint8Array } {
  const body = decoded(statement.body);
  if (body.deployment !== deployment.id) throw invalid('is of another deployment');
  if (body.number !== (before?.body.number ?? 0) + 1) throw invalid('has the wrong number');
  if (!equal(body.previous ?? new Uint8Array(), before?.hash ?? new Uint8Array()))
    throw invalid('follows another list');

  const message = tagged('statement', statement.body);
  const signers = new Set<string>();
  for (const { organisation, signature } of statement.signatures) {
    const known = deployment.organisations.some(({ key }) => equal(key, organisation));
    if (!known || !checks.ed25519(organisation, message, signature))
      throw invalid('has a signature that does not hold');
    signers.add(toBase64url(organisation));
  }
  if (signers.size < deployment.threshold) throw invalid('is signed by too few organisations');
  return { body, hash: statementHash(statement.body) };
}

/**
 * A whole list, from its first statement on, each with the kms's word on when it was logged. Throws Refusal `statement-invalid`.
 * Whoever keeps a list never takes a shorter one, nor one that differs in what it has.
 */
export function verifyStatements(
  list: readonly LoggedStatement[],
  deployment: Deployment,
  checks: Pick<SignatureChecks, 'ed25519'>,
): VerifiedStatement[] {
  const verified: VerifiedStatement[] = [];
  for (const { statement, entry } of list) {
    const { body, hash } = verifyStatement(statement, verified[verified.length - 1] ?? null, deployment, checks);
    const logged = openStatement(statementEntryStatement, entry, deployment.kms.signing, checks.ed25519);
    const right =
      logged !== null &&
      logged.deployment === deployment.id &&
      logged.number === body.number &&
      equal(logged.statement, hash);
    if (!right) throw invalid("is not on the kms's log");
    verified.push({ body, hash, loggedAt: logged.at });
  }
  return verified;
}

/** The newer of two verified lists, if it contains the older. Throws Refusal `statement-invalid` for a fork or a rollback. */
export function newerList(
  kept: readonly VerifiedStatement[],
  offered: readonly VerifiedStatement[],
): readonly VerifiedStatement[] {
  const contains = kept.every(({ hash }, index) => equal(hash, offered[index]?.hash ?? new Uint8Array()));
  if (!contains) throw invalid('list is older than, or differs from, the one known');
  return offered;
}

/** Pairs that signers may have at `now` (ms): what was allowed counts after the waiting time, what was withdrawn at once. */
export function allowedPairs(list: readonly VerifiedStatement[], waitSeconds: number, now: number): AllowedPair[] {
  let pairs: AllowedPair[] = [];
  for (const { body, loggedAt } of list) {
    const { decision } = body;
    if (decision.what === 'withdraw-signer') pairs = pairs.filter((pair) => !samePair(pair, decision.pair));
    else if (decision.what === 'allow-signer' && counts(loggedAt, waitSeconds, now)) pairs.push(decision.pair);
  }
  return pairs;
}

/** Hashes of the page releases that may be served at `now` (ms), by the same rule. */
export function allowedPages(list: readonly VerifiedStatement[], waitSeconds: number, now: number): Uint8Array[] {
  let releases: Uint8Array[] = [];
  for (const { body, loggedAt } of list) {
    const { decision } = body;
    if (decision.what === 'withdraw-page') releases = releases.filter((release) => !equal(release, decision.release));
    if (decision.what === 'allow-page' && counts(loggedAt, waitSeconds, now)) releases.push(decision.release);
  }
  return releases;
}

/** Where the keys of the kms are to lie, and since when that counts, ms. */
export interface DecidedVault {
  vault: VaultName;
  since: number;
}

/** By the last decision about it that has waited long enough at `now` (ms); or null. */
export function decidedVault(
  list: readonly VerifiedStatement[],
  waitSeconds: number,
  now: number,
): DecidedVault | null {
  let decided: DecidedVault | null = null;
  for (const { body, loggedAt } of list)
    if (body.decision.what === 'move-vault' && counts(loggedAt, waitSeconds, now))
      decided = { vault: body.decision.to, since: loggedAt + waitSeconds * 1_000 };
  return decided;
}

const counts = (loggedAt: number, waitSeconds: number, now: number) => loggedAt + waitSeconds * 1_000 <= now;

/** A rotation of every wallet that is ordered. `since`: from when it counts, ms. */
export interface OrderedRotation extends Omit<RotateAll, 'what' | 'note'> {
  number: number;
  since: number;
  paused: boolean;
}

/** Rotations of everyone that are ordered and count at `now` (ms), oldest first. A pause or its end counts at once. */
export function orderedRotations(
  list: readonly VerifiedStatement[],
  waitSeconds: number,
  now: number,
): OrderedRotation[] {
  const ordered: OrderedRotation[] = [];
  for (const { body, loggedAt } of list) {
    const { decision, number } = body;
    const since = loggedAt + waitSeconds * 1_000;
    if (decision.what === 'rotate-all' && since <= now) {
      const { rate, canaries, lockHours } = decision;
      ordered.push({ number, rate, canaries, lockHours, since, paused: false });
    }
    if (decision.what !== 'pause-rotation' && decision.what !== 'resume-rotation') continue;
    const one = ordered.find((each) => each.number === decision.number);
    if (one !== undefined) one.paused = decision.what === 'pause-rotation';
  }
  return ordered;
}

const samePair = (a: AllowedPair, b: AllowedPair): boolean =>
  equal(a.pcr0, b.pcr0) && equal(a.pcr1, b.pcr1) && equal(a.pcr2, b.pcr2) && equal(a.configuration, b.configuration);

function decoded(body: Uint8Array): StatementBody {
  try {
    return statementBodyCodec.decode(body);
  } catch (error) {
    if (error instanceof ProtocolError) throw invalid('is malformed');
    throw error;
  }
}

const invalid = (what: string) => new Refusal('statement-invalid', `The statement ${what}.`);
