import { xorInto } from '@symbolon/crypto';
import { search } from '../../support/search.ts';
import type { Attack, Haul } from '../attack.ts';
import { canariesOf } from '../victim.ts';

/** Lays every two shares together that they have or had, and takes each for the key itself. */
export async function joinShares({ loot }: Attack): Promise<Haul> {
  const joined = loot.shares.flatMap((one, index) =>
    loot.shares.slice(index + 1).map((other) => {
      const both = one.slice();
      xorInto(both, other);
      return both;
    }),
  );
  return { keys: [...loot.shares, ...joined] };
}

/** Looks through every file and every message for the key and for the shares, in every form. */
export async function searchEverything({ victim, loot }: Attack): Promise<Haul> {
  const shares = await victim.shares();
  const key = shares.kms.slice();
  xorInto(key, shares.cloud);
  const passed = loot.traffic.flatMap(({ url, body, answer }) => [
    { where: `asked ${url}`, bytes: body },
    { where: `answer of ${url}`, bytes: answer },
  ]);
  return { given: search(canariesOf(shares, key), [...loot.disks, ...passed]) };
}
