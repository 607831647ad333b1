import { equal, toHex } from '@symbolon/crypto';
import {
  type Decision,
  type Deployment,
  type SignedStatement,
  type StatementBody,
  statementBodyCodec,
  vaultText,
} from '@symbolon/protocol';
import type { VerifiedStatement } from '@symbolon/verify';

/** What a statement decides, for whoever is to sign it. */
export function decisionInWords({ number, deployment, decision }: StatementBody): string[] {
  return [
    `Statement ${number} of deployment ${deployment}:`,
    ...whatInWords(decision),
    ...(decision.note === '' ? [] : [`  Note: ${decision.note}`]),
  ];
}

function whatInWords(decision: Decision): string[] {
  const verb = allows(decision) ? 'Allow' : 'Withdraw, at once,';
  if ('release' in decision) {
    return [`  ${verb} this release of the wallet's page:`, `    release  ${toHex(decision.release)}`];
  }
  if ('to' in decision) {
    return [`  Move the keys of the kms, after the waiting time, to this vault:`, `    ${vaultText(decision.to)}`];
  }
  const { pcr0, pcr1, pcr2, configuration } = decision.pair;
  return [
    `  ${verb} signers of this measurement and configuration:`,
    `    PCR0           ${toHex(pcr0)}`,
    `    PCR1           ${toHex(pcr1)}`,
    `    PCR2           ${toHex(pcr2)}`,
    `    configuration  ${toHex(configuration)}`,
  ];
}

const allows = ({ what }: Decision) => what === 'allow-signer' || what === 'allow-page';
/** A withdrawal alone counts at once. */
const waits = (decision: Decision) => allows(decision) || decision.what === 'move-vault';

/** Who has signed so far, and how many it takes. */
export function signaturesInWords({ signatures }: SignedStatement, deployment: Deployment): string[] {
  const nameOf = (key: Uint8Array) =>
    deployment.organisations.find((one) => equal(one.key, key))?.name ?? 'nobody of this deployment';
  const { threshold, organisations } = deployment;
  return [
    `Signed by ${signatures.length}, needed are ${threshold} of ${organisations.length}:`,
    ...signatures.map(({ organisation }) => `  ${nameOf(organisation)}`),
  ];
}

/** One line of the list. `now` ms. */
export function statementLine({ body, loggedAt }: VerifiedStatement, deployment: Deployment, now: number): string {
  const { decision, number } = body;
  const counts = waits(decision) ? loggedAt + deployment.waitSeconds * 1_000 : loggedAt;
  const state = counts <= now ? 'in force' : `waits until ${new Date(counts).toISOString()}`;
  const note = decision.note === '' ? '' : `  (${decision.note})`;
  return `${String(number).padStart(4)}  ${new Date(loggedAt).toISOString()}  ${briefly(decision)}...  ${state}${note}`;
}

function briefly(decision: Decision): string {
  if ('to' in decision) return `moves the kms's keys to ${vaultText(decision.to).slice(0, 23)}`;
  const verb = allows(decision) ? 'allows' : 'withdraws';
  const [kind, hash] = 'release' in decision ? ['page', decision.release] : ['signer', decision.pair.pcr0];
  return `${verb} ${kind} ${toHex(hash).slice(0, 16)}`;
}

export const bodyOf = ({ body }: SignedStatement): StatementBody => statementBodyCodec.decode(body);
