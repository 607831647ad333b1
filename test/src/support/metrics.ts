import type { World } from './world.ts';

/** How many signatures the running signer has made, in its own count. */
export async function signaturesMade({ deployment }: World): Promise<number> {
  const text = await (await fetch(`${deployment.signer.url}/metrics`)).text();
  return Number(/^\w*releases_ended_total\{outcome="signed"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}
