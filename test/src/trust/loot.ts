import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Authorised, authorisedCodec, ProtocolError, paths, releasesCodec } from '@symbolon/protocol';
import { mailsTo } from '../support/mail.ts';
import type { Recorded } from '../support/recording.ts';
import type { Haystack } from '../support/search.ts';
import type { Party } from './cells.ts';
import type { Victim } from './victim.ts';

/** What lies with some parties at one moment: a copy that they may keep. */
export interface Loot {
  /** Decrypted with the keys that lie beside them. */
  shares: Uint8Array[];
  disks: Haystack[];
  /** What came to them, and what they answered. */
  traffic: Recorded[];
}

/** The folders of each, as the running system keeps them, with what it logs. */
const folders: Record<Party, (victim: Victim) => string[]> = {
  issuer: ({ world: { devnet } }) => [devnet.home.issuer, join(devnet.home.logs, 'issuer.log')],
  mailbox: ({ world: { devnet } }) => [devnet.home.mailbox],
  kms: ({ world: { devnet } }) => [devnet.home.kms, join(devnet.home.logs, 'kms.log')],
  cloud: ({ world: { devnet } }) => [devnet.home.cloud, join(devnet.home.logs, 'cloud.log')],
  'web host': ({ world: { devnet } }) => [join(devnet.home.webHost, 'config.json')],
  'signer host': ({ world: { devnet } }) => [
    join(devnet.home.signer, 'deployment.json'),
    join(devnet.home.logs, 'signer.log'),
  ],
  'one device': ({ folder }) => [folder],
  dApp: ({ world: { devnet } }) => [devnet.home.dapps],
};

/** Takes a copy of all that these parties have. */
export async function take(victim: Victim, who: ReadonlySet<Party>): Promise<Loot> {
  const disks = [...who].flatMap((party) => folders[party](victim).flatMap(filesIn));
  if (who.has('mailbox')) {
    const mails = await mailsTo(victim.world, victim.email);
    disks.push({ where: 'mailbox', bytes: Buffer.from(JSON.stringify(mails)) });
  }
  const shares = await victim.shares();
  const held = (['kms', 'cloud'] as const).filter((store) => who.has(store));
  return { shares: held.map((store) => shares[store]), disks, traffic: trafficOf(victim, who) };
}

/** Two copies of different moments. */
export const together = (then: Loot, now: Loot): Loot => ({
  shares: [...then.shares, ...now.shares],
  disks: [...then.disks, ...now.disks],
  traffic: [...new Set([...then.traffic, ...now.traffic])],
});

/** Tokens and proofs as they passed by, each with the message that it was made for. */
export function passedBy(traffic: readonly Recorded[]): Authorised[] {
  return traffic.flatMap(({ url, body }) => {
    try {
      if (url.endsWith(paths.releases))
        return releasesCodec.decode(body).asks.map(({ message, token, proof }) => ({ message, token, proof }));
      return [authorisedCodec.decode(body)];
    } catch (error) {
      if (error instanceof ProtocolError) return [];
      throw error;
    }
  });
}

/** The device's own way leads to all of them; from there on the ways to the kms have two ends each. */
function trafficOf({ world, seen }: Victim, who: ReadonlySet<Party>): Recorded[] {
  const { deployment, hops } = world;
  const came = (url: string) => seen.filter((one) => one.url.startsWith(url));
  return [
    ...(who.has('one device') ? seen : []),
    ...(who.has('kms') ? came(deployment.kms.url) : []),
    ...(who.has('cloud') ? came(deployment.cloud.url) : []),
    ...(who.has('signer host') ? came(deployment.signer.url) : []),
    ...(who.has('kms') || who.has('signer host') ? hops.signer.passed : []),
    ...(who.has('kms') || who.has('cloud') ? hops.cloud.passed : []),
  ];
}

function filesIn(path: string): Haystack[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isDirectory()) return readdirSync(path).flatMap((name) => filesIn(join(path, name)));
  return found.isFile() ? [{ where: path, bytes: readFileSync(path) }] : [];
}
