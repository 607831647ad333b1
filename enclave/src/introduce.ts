import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, type Deployment, paths, type Store } from '@symbolon/protocol';
import * as v from 'valibot';
import { EnclaveError } from './error.ts';

/** ms */
const timeout = 20_000;
const pause = 1_000;
const tries = 5;

const problem = v.object({ code: v.string() });

/**
 * Shows the evidence of the signer at `url` to kms and cloud, each of which judges for itself. Resolves once both have taken it. Throws
 * EnclaveError `image-refused` where one of them does not.
 */
export async function introduce(url: string, deployment: Deployment): Promise<void> {
  const evidence = await fetch(addressOf(url, paths.evidence), { signal: AbortSignal.timeout(timeout) });
  const shown = await evidence.bytes();
  for (const store of ['kms', 'cloud'] as const) {
    const refusal = await show(shown, addressOf(deployment[store].url, paths.signers));
    if (refusal !== null) throw refused(store, refusal);
  }
}

/** Null where it is taken, else why not. A store that is busy or does not answer has not judged, and is asked again. */
async function show(evidence: Uint8Array<ArrayBuffer>, address: string): Promise<string | null> {
  for (let tried = 1; ; tried += 1) {
    const answer = await ask(evidence, address);
    if (answer?.ok === true) return null;
    const judged = answer !== null && answer.status < 500 && answer.status !== 429;
    if (judged || tried === tries) return answer === null ? 'no answer' : reasonOf(answer);
    await sleep(pause);
  }
}

function ask(body: Uint8Array<ArrayBuffer>, address: string): Promise<Response | null> {
  const headers = { 'content-type': 'application/cbor' };
  return fetch(address, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeout) }).catch(() => null);
}

async function reasonOf(answer: Response): Promise<string> {
  const said = v.safeParse(problem, await answer.json().catch(() => null));
  return said.success ? said.output.code : `status ${answer.status}`;
}

function refused(store: Store, reason: string): EnclaveError {
  const hint = 'Have its measurement allowed by a statement, wait until that counts, then try again.';
  return new EnclaveError('image-refused', `The ${store} does not take the evidence of this image: ${reason}.`, hint);
}
