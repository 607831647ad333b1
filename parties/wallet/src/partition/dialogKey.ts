import { toBase64url } from '@symbolon/crypto';
import { dappVersion } from '@symbolon/protocol/dapp';
import * as v from 'valibot';
import { callbackUrl } from '../surfaces/page.ts';
import { toText } from '../window/base64url.ts';
import { relayKey } from '../window/seal.ts';
import type { World } from '../world.ts';
import { awaitDelivery, newChannel } from './courier.ts';
import { type Enrolled, enrolledSchema, type HandOver, type SignIn } from './handOver.ts';
import { meetWindow } from './openWindow.ts';

/**
 * Gets this partition a key and a sign-in of its own, by way of the window that was opened in the click. Resolves with the address
 * that the person connected, or why there is none. Rejects where the issuer or the relay fails.
 */
export async function getKey(
  world: World,
  origin: string,
  opened: Window,
): Promise<{ address: string } | 'no-room' | 'rejected'> {
  const name = `In ${new URL(origin).host}`.slice(0, 64);
  const wants = { do: 'enrol', point: toBase64url(world.devicePoint), name } as const;
  const handOver: HandOver = { symbolon: dappVersion, what: 'hand-over', origin, wants };
  const port = await meetWindow(opened, handOver);
  if (port === null) return 'rejected';
  const enrolled = await firstAnswer(port, opened);
  if (enrolled.what !== 'enrolled') return enrolled.what;

  const { url, state } = await world.sessions.begin(enrolled.issuer, callbackUrl(), false);
  const mine = await relayKey();
  const channel = newChannel();
  const delivery = awaitDelivery(world.deployment.cloud.url, channel, mine);
  port.postMessage({ what: 'sign-in', url, state, channel, point: toText(mine.point) } satisfies SignIn);
  await world.sessions.finish(await delivery);
  return { address: enrolled.address };
}

/** Until the person decided, or closed the window. */
function firstAnswer(port: MessagePort, opened: Window): Promise<Enrolled> {
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      if (opened.closed) done({ what: 'rejected' });
    }, 500);
    const done = (answer: Enrolled) => {
      clearInterval(watch);
      resolve(answer);
    };
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (v.is(enrolledSchema, data)) done(data);
    };
  });
}
