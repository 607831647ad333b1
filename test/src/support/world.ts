import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDevnet, type Devnet } from '@symbolon/devnet';
import { addressOf, type Deployment, type Evidence, evidenceCodec, paths, signerId } from '@symbolon/protocol';
import { get, post } from './http.ts';
import { audience, TestIssuer } from './testIssuer.ts';

/** All real processes on free ports in a folder of their own, and an issuer beside them whose key the test holds. */
export interface World extends AsyncDisposable {
  devnet: Devnet;
  deployment: Deployment;
  issuer: TestIssuer;
}

export async function bootWorld(
  options: {
    waitSeconds?: number;
    moreIssuers?: { url: string; audience: string }[];
    /** Where the kms keeps its keys. Default: in a file. */
    vault?: 'embedded' | 'softhsm';
    /** What the signer runs in. Default: a process. */
    signer?: 'process' | 'enclave';
    /** Web origins that may call the parties. */
    origins?: readonly string[];
  } = {},
): Promise<World> {
  const { waitSeconds = 0, moreIssuers = [], vault = 'embedded', signer = 'process', origins = [] } = options;
  await using undo = new AsyncDisposableStack();
  const issuer = undo.use(await TestIssuer.start());
  const home = mkdtempSync(join(tmpdir(), 'symbolon-law-'));
  undo.defer(() => rmSync(home, { recursive: true, force: true }));
  const devnet = undo.use(
    await createDevnet({
      home,
      ports: 'free',
      fresh: false,
      waitSeconds,
      vault,
      signer,
      origins,
      moreIssuers: [{ url: issuer.url, audience }, ...moreIssuers],
    }),
  );
  const world = { devnet, deployment: devnet.deployment, issuer };
  if (waitSeconds === 0) await introduceSigner(world);
  const running = undo.move();
  return { ...world, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** A running signer, as its evidence has it. */
export interface RunningSigner {
  id: Uint8Array;
  keys: Evidence['keys'];
  evidence: Uint8Array;
}

/** What the signer shows to whoever asks. */
export async function signerOf({ deployment }: Pick<World, 'deployment'>): Promise<RunningSigner> {
  const { body } = await get(addressOf(deployment.signer.url, paths.evidence));
  const { keys } = evidenceCodec.decode(body);
  return { id: signerId(keys), keys, evidence: body };
}

/** Shows the signer's evidence to both stores, and waits until both have taken it. */
export async function introduceSigner(world: Pick<World, 'deployment'>): Promise<RunningSigner> {
  const signer = await signerOf(world);
  for (const store of ['kms', 'cloud'] as const) {
    const url = addressOf(world.deployment[store].url, paths.signers);
    for (let tries = 0; ; tries += 1) {
      const { status, code } = await post(url, signer.evidence);
      if (status === 200) break;
      if (tries === 50) throw new Error(`the ${store} does not take the signer's evidence: ${code}`);
      await sleep(100);
    }
  }
  return signer;
}
