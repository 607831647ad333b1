import { describe, type EvmIntent } from '@symbolon/chains/evm';
import type { SignedIntent } from '@symbolon/client';
import { toHex } from '@symbolon/crypto';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';

/** Shows in words what is about to be signed, and asks where somebody can answer. Throws CliError `not-approved`. */
export async function approve(intent: EvmIntent, yes: boolean, io: Io): Promise<void> {
  const { title, lines } = describe(intent);
  for (const line of [title, ...lines.map((one) => `  ${one}`)]) io.err(line);
  if (yes || !io.interactive) return;
  const answer = await io.ask('Sign this? [y/N] ');
  if (!/^y(es)?$/i.test(answer)) throw new CliError('not-approved', 'Nothing was signed.', 'Answer y to sign.');
}

/** What else this device learned while it signed: said loudly, and no reason to hide the signature. */
export function warnOf({ alarm, others }: Pick<SignedIntent, 'alarm'> & Partial<SignedIntent>, io: Io): void {
  if (alarm !== null) io.err(`WARNING: ${alarm.message} (${alarm.code})\n  next: ${alarm.hint}`);
  const [first] = others ?? [];
  if (others === undefined || first === undefined) return;
  const which =
    others.length === 1 ? `Release ${first.number} was` : `${others.length} releases since number ${first.number} were`;
  io.err(`Note: ${which} asked for by another device, or the answer was lost. Look: symbolon receipts`);
}

/** r || s || v as 0x hex. */
export const signatureText = ({ signature }: SignedIntent): string => `0x${toHex(signature)}`;
