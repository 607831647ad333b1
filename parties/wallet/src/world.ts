import {
  type DeviceStorage,
  indexedDbStorage,
  type Lock,
  WalletClient,
  webCryptoDeviceKey,
  webLock,
} from '@symbolon/client';
import { toBase64url } from '@symbolon/crypto';
import { type Deployment, deploymentSchema, thumbprint } from '@symbolon/protocol';
import * as v from 'valibot';
import { ActivityLog } from './activity/activity.ts';
import { type Chains, fetchedChains } from './chain/chains.ts';
import type { Config } from './config.ts';
import type { Kept } from './kept.ts';
import type { Settings } from './model.ts';
import { Permissions } from './permissions/permissions.ts';
import { deviceName } from './session/deviceName.ts';
import { broadcastNews, type Newsroom } from './session/news.ts';
import { Sessions } from './session/sessions.ts';
import { keptSettings } from './settings.ts';

/** Everything that a page of the wallet has in its partition: the roots it pins, its key, what it keeps, whom it asks. */
export interface World {
  config: Config;
  deployment: Deployment;
  storage: DeviceStorage;
  lock: Lock;
  /** The device key's public half, X || Y, 64 bytes. */
  devicePoint: Uint8Array;
  sessions: Sessions;
  client: WalletClient;
  chains: Chains;
  permissions: Permissions;
  activity: ActivityLog;
  settings: Kept<Settings>;
  news: Newsroom;
  /** Told of every hop that ended, while set: how a creation shows that it goes on. */
  observe: (hop: () => void) => () => void;
}

export const databaseName = (deploymentId: string): string => `symbolon.${deploymentId}`;

/** Opens this partition's storage; makes its device key on the first visit. Throws ValiError for a foreign deployment file. */
export async function openWorld(config: Config): Promise<World> {
  const deployment = v.parse(deploymentSchema, config.deployment);
  const { storage, keys } = await indexedDbStorage(databaseName(deployment.id));
  const key = await webCryptoDeviceKey(keys);
  const news = broadcastNews(databaseName(deployment.id));
  const lock = webLock;
  const nonce = toBase64url(thumbprint(key.point));
  const reach: typeof fetch = (...request) => fetch(...request);
  const sessions = new Sessions({ deployment, nonce, storage, lock, news, now: Date.now, fetch: reach });
  const hops = new Set<() => void>();
  const client = new WalletClient({
    deployment,
    storage,
    key,
    tokens: sessions,
    name: deviceName(navigator.userAgent),
    origin: location.origin,
    lock,
    observe: () => {
      for (const hop of hops) hop();
    },
  });
  return {
    config,
    deployment,
    storage,
    lock,
    devicePoint: key.point,
    sessions,
    client,
    chains: fetchedChains(config.chains),
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
