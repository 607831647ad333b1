import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDevnet, type DevnetOptions } from '@symbolon/devnet';
import { type Meddle, standBetween } from '../support/between.ts';
import { liftIssuerLimits } from '../support/issuerLimits.ts';
import type { Recorded } from '../support/recording.ts';
import { TestIssuer } from '../support/testIssuer.ts';
import { introduceSigner, type World } from '../support/world.ts';
import { type ChangedPage, takeOverPage } from './changedPage.ts';

/** The way from one party to the kms: whoever holds either end reads along, and may answer in the kms's place. */
export interface Hop {
  meddle: Meddle;
  readonly passed: Recorded[];
}

/** Every party a process with a folder of its own, and somebody who can stand on the ways between them. */
export interface TrustWorld extends World {
  hops: Record<'signer' | 'cloud', Hop>;
  /** The wallet's page, its host in bad hands; null where none is served. */
  page: ChangedPage | null;
}

const honestly: Meddle = (_hop, forward) => forward();

/** `page`: whether the wallet's page is served too. */
export async function bootTrustWorld(
  options: Pick<DevnetOptions, 'signer' | 'page'>,
): Promise<TrustWorld & AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  // What the world's helpers want to have beside it. No party here has heard of it.
  const issuer = undo.use(await TestIssuer.start());
  const home = mkdtempSync(join(tmpdir(), 'symbolon-trust-'));
  undo.defer(() => rmSync(home, { recursive: true, force: true }));
  const devnet = undo.use(await createDevnet({ ...options, home, ports: 'free', fresh: false }));
  const hops = { signer: { meddle: honestly, passed: [] }, cloud: { meddle: honestly, passed: [] } };
  const world: World = { devnet, deployment: devnet.deployment, issuer, [Symbol.asyncDispose]: async () => undefined };
  await liftIssuerLimits(world);
  undo.use(await stand(world, 'cloud', hops.cloud));
  // To stand before a machine is to boot it once more: there the host sees only what the devices send.
  if (options.signer !== 'enclave') undo.use(await stand(world, 'signer', hops.signer));
  await introduceSigner(world);
  const page = options.page === true ? undo.use(await takeOverPage(devnet)) : null;
  const running = undo.move();
  return { ...world, hops, page, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** While it lasts, `meddle` answers in the kms's place. */
export function meddling(hop: Hop, meddle: Meddle): Disposable {
  hop.meddle = meddle;
  return {
    [Symbol.dispose]: () => {
      hop.meddle = honestly;
    },
  };
}

const stand = (world: World, party: 'signer' | 'cloud', hop: Hop): Promise<AsyncDisposable> =>
  standBetween(world, party, async (message, forward) => {
    const answer = await hop.meddle(message, forward);
    const url = world.deployment.kms.url + message.path;
    hop.passed.push({ url, type: 'application/cbor', body: message.body, answer: answer.body });
    return answer;
  });
