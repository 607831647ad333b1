import {
  chainLock,
  type DeviceKey,
  type DeviceStorage,
  MemoryStorage,
  type Transport,
  type WalletClient,
} from '@symbolon/client';
import { toBase64url } from '@symbolon/crypto';
import { type Deployment, thumbprint } from '@symbolon/protocol';
import { ActivityLog } from '../activity/activity.ts';
import { Chains } from '../chain/chains.ts';
import type { Config } from '../config.ts';
import { Permissions } from '../permissions/permissions.ts';
import type { Newsroom } from '../session/news.ts';
import { Sessions } from '../session/sessions.ts';
import { keptSettings } from '../settings.ts';
import type { World } from '../world.ts';
import { fakeChain } from './chain.ts';
import { reaching, TestIssuer } from './issuer.ts';

/** Kms, cloud and signer as a device meets them: the client package's own test world. */
interface Parties {
  readonly deployment: Deployment;
  readonly clock: { at: number; now: () => number };
  readonly transport: Transport;
  device(options: object): { client: WalletClient; key: DeviceKey; storage: DeviceStorage };
}

/** One browser: its storage, its device key, and as many tabs of the wallet as are opened in it. `transport`: how it reaches the parties. */
export function testBrowser(parties: Parties, subject = 'ada', transport = parties.transport) {
  const [pinned] = parties.deployment.issuers;
  const issuer = new TestIssuer(pinned?.url ?? '', subject, parties.clock.now);
  const storage = new MemoryStorage();
  const lock = chainLock();
  const { key } = parties.device({});
  const tell = newsroom();
  const chain = fakeChain();

  function tab(): World {
    const { deployment, clock } = parties;
    const hops = new Set<() => void>();
    const news = tell();
    const nonce = toBase64url(thumbprint(key.point));
    const sessions = new Sessions({
      deployment,
      nonce,
      storage,
      lock,
      news,
      now: clock.now,
      fetch: reaching(issuer),
    });
    const observe = () => {
      for (const hop of hops) hop();
    };
    const { client } = parties.device({ storage, key, tokens: sessions, lock, observe, transport });
    return {
      config: configOf(deployment),
      deployment,
      storage,
      lock,
      devicePoint: key.point,
      sessions,
      client,
      chains: new Chains([chain.chain]),
      permissions: new Permissions(storage, lock),
      activity: new ActivityLog(storage, lock),
      settings: keptSettings(storage, lock),
      news,
      observe: (hop) => {
        hops.add(hop);
        return () => hops.delete(hop);
      },
    };
  }

  /** Signs in as a person does, in a tab of its own. */
  async function signIn(): Promise<void> {
    const { sessions } = tab();
    const { url } = await sessions.begin(issuer.url, 'https://wallet.example/callback', false);
    await sessions.finish(issuer.signIn(url));
  }
  return { tab, signIn, issuer, key, storage, chain };
}

const configOf = ({ id, mode, issuers, cloud }: Deployment): Config => ({
  v: 1,
  deployment: { id, mode, issuers, cloud: { url: cloud.url } },
  issuers: issuers.map(({ url }) => ({ url, name: 'Example', kind: 'provider' })),
  chains: [],
  descriptors: null,
});

/** As a BroadcastChannel: what one tab tells reaches all the others, and not itself. */
export function newsroom(): () => Newsroom {
  const tabs = new Set<Set<Parameters<Newsroom['listen']>[0]>>();
  return () => {
    const own = new Set<Parameters<Newsroom['listen']>[0]>();
    tabs.add(own);
    return {
      tell: (news) => {
        for (const other of tabs) if (other !== own) for (const heard of other) queueMicrotask(() => heard(news));
      },
      listen: (heard) => {
        own.add(heard);
        return () => own.delete(heard);
      },
    };
  };
}
