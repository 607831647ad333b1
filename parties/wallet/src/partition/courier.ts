import type { DeviceStorage, Lock } from '@symbolon/client';
import * as v from 'valibot';
import { Kept } from '../kept.ts';
import { fromText, toText } from '../window/base64url.ts';
import { RelayEnd } from '../window/relay.ts';
import { pointBytes, relayKey, sealAs } from '../window/seal.ts';

/** How long a sign-in that a dialog began may take, ms: the relay forgets its channel by then too. */
const life = 10 * 60_000;

const errandSchema = v.nullable(
  v.strictObject({ state: v.string(), channel: v.string(), point: v.string(), until: v.number() }),
);
type Errand = v.InferOutput<typeof errandSchema>;

/** What the window remembers while the person is at the issuer: for which dialog the answer is. */
export const keptErrand = (storage: DeviceStorage, lock: Lock): Kept<Errand> =>
  new Kept(storage, lock, 'errand', errandSchema, null);

export function newErrand(state: string, channel: string, point: string, now: number): NonNullable<Errand> {
  return { state, channel, point, until: now + life };
}

/**
 * Brings the address that the browser came back to into the partition that began the sign-in, through the cloud's relay, sealed to
 * that partition's key: an issuer's COOP may have cut every tie between the windows. False where the address is not for a dialog.
 */
export async function deliver(
  callbackUrl: string,
  errands: Kept<Errand>,
  cloudUrl: string,
  now: number,
): Promise<boolean> {
  const errand = await errands.read();
  const state = new URL(callbackUrl).searchParams.get('state');
  if (errand === null || errand.state !== state || errand.until < now) return false;
  await errands.change(() => null);
  const mine = await relayKey();
  const sealed = await sealAs('wallet', errand.channel, mine, fromText(errand.point));
  const relay = new RelayEnd(cloudUrl, errand.channel, 'wallet');
  await relay.post(0, new Uint8Array([...mine.point, ...(await sealed.seal(0, { callbackUrl }))]));
  return true;
}

/** The dialog's end: waits for the address. Throws where the relay does not serve or the time is up. */
export async function awaitDelivery(
  cloudUrl: string,
  channel: string,
  mine: Awaited<ReturnType<typeof relayKey>>,
): Promise<string> {
  const relay = new RelayEnd(cloudUrl, channel, 'dapp');
  const timer = setTimeout(() => relay.stop(), life);
  try {
    for await (const bytes of relay.read()) {
      const sealed = await sealAs('dapp', channel, mine, bytes.slice(0, pointBytes));
      const opened = await sealed.open(0, bytes.slice(pointBytes));
      return v.parse(v.strictObject({ callbackUrl: v.pipe(v.string(), v.url()) }), opened).callbackUrl;
    }
    throw new TypeError('nobody came back from the issuer');
  } finally {
    clearTimeout(timer);
    relay.stop();
  }
}

/** 22 characters of base64url. */
export const newChannel = (): string => toText(crypto.getRandomValues(new Uint8Array(16)));
