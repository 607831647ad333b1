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
import type { Standing } from './standing.ts';

/** What a statement decides, for whoever is to sign it. */
export function decisionInWords({ number, deployment, decision }: StatementBody): string[] {
  return [
    `Statement ${number} of deployment ${deployment}:`,
    ...whatItDecides(decision),
    ...(decision.note === '' ? [] : [`  Note: ${decision.note}`]),
  ];
}

function whatItDecides(decision: Decision): string[] {
  switch (decision.what) {
    case 'allow-signer':
    case 'withdraw-signer': {
      const verb = decision.what === 'allow-signer' ? 'Allow' : 'Withdraw, at once,';
      const { pcr0, pcr1, pcr2, configuration } = decision.pair;
      return [
        `  ${verb} signers of this measurement and configuration:`,
        `    PCR0           ${toHex(pcr0)}`,
        `    PCR1           ${toHex(pcr1)}`,
        `    PCR2           ${toHex(pcr2)}`,
        `    configuration  ${toHex(configuration)}`,
      ];
    }
    case 'allow-page':
    case 'withdraw-page': {
      const verb = decision.what === 'allow-page' ? 'Allow' : 'Withdraw, at once,';
      return [`  ${verb} this release of the wallet's page:`, `    release  ${toHex(decision.release)}`];
    }
    case 'move-vault':
      return ['  Move the keys of the kms, after the waiting time, to this vault:', `    ${vaultText(decision.to)}`];
    case 'rotate-all':
      return [
        '  Give every wallet new shares, nobody online:',
        `    at most        ${decision.rate} wallets a second`,
        `    old shares     locked, and destroyed after ${decision.lockHours} hours at the latest`,
        ...decision.canaries.map((wallet) => `    first          ${toHex(wallet)}`),
      ];
    case 'pause-rotation':
      return [`  Pause, at once, the rotation that statement ${decision.number} orders.`];
    case 'resume-rotation':
      return [`  Go on, at once, with the rotation that statement ${decision.number} orders.`];
  }
}

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

/** One line of the list. `standing` is what {@link standings} says of it. */
export function statementLine({ body, loggedAt }: VerifiedStatement, standing: Standing): string {
  const { decision, number } = body;
  const note = decision.note === '' ? '' : `  (${decision.note})`;
  return `${String(number).padStart(4)}  ${new Date(loggedAt).toISOString()}  ${inShort(decision)}  ${standingInWords(standing)}${note}`;
}

function standingInWords({ state, since, by }: Standing): string {
  const time = new Date(since).toISOString();
  if (state === 'waiting') return `waits until ${time}`;
  return state === 'withdrawn' ? `withdrawn by ${by} at ${time}` : `in force since ${time}`;
}

function inShort(decision: Decision): string {
  switch (decision.what) {
    case 'allow-signer':
      return `allows signer ${toHex(decision.pair.pcr0).slice(0, 16)}...`;
    case 'withdraw-signer':
      return `withdraws signer ${toHex(decision.pair.pcr0).slice(0, 16)}...`;
    case 'allow-page':
      return `allows page ${toHex(decision.release).slice(0, 16)}...`;
    case 'withdraw-page':
      return `withdraws page ${toHex(decision.release).slice(0, 16)}...`;
    case 'move-vault':
      return `moves the kms's keys to ${vaultText(decision.to).slice(0, 23)}...`;
    case 'rotate-all':
      return `rotates all, ${decision.rate} a second`;
    case 'pause-rotation':
      return `pauses the rotation of ${decision.number}`;
    case 'resume-rotation':
      return `resumes the rotation of ${decision.number}`;
  }
}

export const bodyOf = ({ body }: SignedStatement): StatementBody => statementBodyCodec.decode(body);
