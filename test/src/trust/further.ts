import { type Store, thumbprint } from '@symbolon/protocol';
import { developmentRoot } from '../support/forgery.ts';
import { Attack, type Haul } from './attack.ts';
import { attackOn, judge, type Outcome } from './cell.ts';
import { take } from './loot.ts';
import { joinShares } from './strategies/disks.ts';
import { strategies } from './strategies/index.ts';
import { poseAs, signerUnder } from './strategies/ownSigner.ts';
import type { TrustWorld } from './trustWorld.ts';
import { Victim } from './victim.ts';

type Row = (world: TrustWorld) => Promise<Outcome>;

/** Rows of the table whose attackers are no party, or a party at another moment. */
export const further: Readonly<Record<string, Row>> = {
  'a copy of the kms from before a rotation, one of the cloud from after': (world) => stolen(world, ['kms'], ['cloud']),
  'a copy of the cloud from before a rotation, one of the kms from after': (world) => stolen(world, ['cloud'], ['kms']),
  'copies of kms and cloud, both from before a rotation': (world) => stolen(world, ['kms', 'cloud'], []),
  'one device, revoked': revokedDevice,
  'the host of a signer that is a plain process (development)': plainProcess,
};

/** Shares out of copies of the stores' folders, made before a rotation and after it. */
async function stolen(world: TrustWorld, before: Store[], after: Store[]): Promise<Outcome> {
  const victim = await Victim.arrive(world);
  const then = await take(victim, new Set(before));
  await victim.turn();
  const now = await take(victim, new Set(after));
  const shares = [...then.shares, ...now.shares];
  const attack = await Attack.prepare(victim, new Set(), 'after', { shares, disks: [], traffic: [] });
  return outcomeOf(attack, await joinShares(attack));
}

/** Everything that an enrolled device can try, a moment after another one revoked it. */
async function revokedDevice(world: TrustWorld): Promise<Outcome> {
  const victim = await Victim.arrive(world);
  const lost = await attackOn(victim, new Set(['one device']), 'before');
  const other = await victim.secondDevice();
  await other.client.revoke(thumbprint(victim.device.key.point));
  victim.wallet = await other.client.wallet();
  const attack = await Attack.prepare(victim, lost.who, 'before', lost.loot);
  const outcome: Outcome = { key: null, signature: null };
  for (const strategy of strategies)
    if (strategy.by === undefined) judge(attack, strategy.name, await strategy.run(attack), outcome);
  return outcome;
}

/** The machine of a plain process has the development root: it answers as the signer while the person signs, once. */
async function plainProcess(world: TrustWorld): Promise<Outcome> {
  const victim = await Victim.arrive(world);
  const attack = await attackOn(victim, new Set(['signer host']), 'before');
  return outcomeOf(attack, { keys: await poseAs(attack, await signerUnder(world, developmentRoot(world))) });
}

function outcomeOf(attack: Attack, haul: Haul): Outcome {
  const outcome: Outcome = { key: null, signature: null };
  judge(attack, 'what was taken', haul, outcome);
  return outcome;
}
