import assert from 'node:assert/strict';
import { recordsOf } from '../support/records.ts';
import { Attack, type Haul } from './attack.ts';
import type { Half, Party } from './cells.ts';
import { take, together } from './loot.ts';
import { strategies } from './strategies/index.ts';
import type { Victim } from './victim.ts';

/** By what something was had; null: by nothing that was tried. */
export interface Outcome {
  key: string | null;
  signature: string | null;
}

/** An attacker and somebody of its own to attack: after a rotation, with a copy of what it held before as well. */
export async function attackOn(victim: Victim, who: ReadonlySet<Party>, half: Half): Promise<Attack> {
  const then = await take(victim, who);
  if (half === 'before') return Attack.prepare(victim, who, half, then);
  await victim.turn();
  await victim.sign();
  return Attack.prepare(victim, who, half, together(then, await take(victim, who)));
}

/** Everything that is tried. Where nothing succeeds nothing has changed, and the person still signs. */
export async function carryOut(attack: Attack): Promise<Outcome> {
  const { world, victim } = attack;
  await victim.settled();
  const outcome: Outcome = { key: null, signature: null };
  const begun = strategies.filter(({ by }) => by === undefined || by.some((party) => attack.has(party)));
  const before = recordsOf(world);
  for (const strategy of begun.filter(({ personSigns }) => personSigns !== true))
    judge(attack, strategy.name, await strategy.run(attack), outcome);
  if (outcome.key === null && outcome.signature === null) {
    assert.deepEqual(recordsOf(world), before, 'nothing has changed');
    await victim.sign();
  }
  for (const strategy of begun.filter(({ personSigns }) => personSigns === true))
    judge(attack, strategy.name, await strategy.run(attack), outcome);
  return outcome;
}

/** Takes note of what a haul is worth, by trying it. Nothing may have been given that ought to have been refused. */
export function judge(attack: Attack, name: string, haul: Haul, outcome: Outcome): void {
  const { keys = [], of, signatures = [], given = [] } = haul;
  assert.deepEqual(given, [], name);
  if (keys.some((key) => attack.isKey(key, of))) {
    outcome.key ??= name;
    // A key signs whatever its holder likes.
    outcome.signature ??= name;
  }
  if (signatures.some((signature) => attack.isSignature(signature))) outcome.signature ??= name;
}
