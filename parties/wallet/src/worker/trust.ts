import { verifyEd25519 } from '@symbolon/crypto/device';
import {
  addressOf,
  type Deployment,
  deploymentSchema,
  ProtocolError,
  paths,
  statementListCodec,
} from '@symbolon/protocol';
import {
  allowedPages,
  newerList,
  Refusal,
  readBytes,
  type VerifiedStatement,
  verifyStatements,
} from '@symbolon/verify';
import * as v from 'valibot';
import type { RefusalReason } from './news.ts';

const maximumBytes = 8_388_608;
/** ms */
const timeout = 10_000;
const checks = { ed25519: verifyEd25519 };

/** Why a release is not taken. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(reason);
    this.reason = reason;
  }
}

/** The roots in a release's `/config.json`. Throws NotTaken. */
export function rootsOf(config: Uint8Array): Deployment {
  try {
    const { deployment } = v.parse(v.object({ deployment: v.unknown() }), JSON.parse(new TextDecoder().decode(config)));
    return v.parse(deploymentSchema, deployment);
  } catch {
    throw new NotTaken('manifest-unreadable');
  }
}

/** What organisations allow: hashes of releases, in the order in which they were allowed, and the list that says so. */
export interface Allowed {
  releases: readonly Uint8Array[];
  list: Uint8Array;
}

/**
 * Which releases are allowed at `now` (ms), by the kms's list, verified here under these roots. `kept`: the list as last seen, which
 * is never given up for a shorter or a different one. Throws NotTaken.
 */
export async function readAllowed(
  roots: Deployment,
  kept: Uint8Array | null,
  fetcher: typeof fetch,
  now: number,
): Promise<Allowed> {
  const list = await fetchList(roots, fetcher);
  try {
    const verified = newerList(kept === null ? [] : verify(kept, roots), verify(list, roots));
    return { releases: allowedPages(verified, roots.waitSeconds, now), list };
  } catch (error) {
    if (error instanceof Refusal || error instanceof ProtocolError) throw new NotTaken('statements-invalid');
    throw error;
  }
}

async function fetchList({ kms }: Deployment, fetcher: typeof fetch): Promise<Uint8Array> {
  try {
    const signal = AbortSignal.timeout(timeout);
    const address = addressOf(kms.url, paths.statements);
    const response = await fetcher(address, { cache: 'no-store', credentials: 'omit', redirect: 'error', signal });
    if (!response.ok) throw new Error(String(response.status));
    return await readBytes(response, maximumBytes);
  } catch {
    throw new NotTaken('statements-unreachable');
  }
}

const verify = (bytes: Uint8Array, deployment: Deployment): VerifiedStatement[] =>
  verifyStatements(statementListCodec.decode(bytes).statements, deployment, checks);
