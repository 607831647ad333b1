import { dappVersion, openSchema, type Ready } from '@symbolon/protocol/dapp';
import * as v from 'valibot';
import { type HandOver, handOverSchema } from '../partition/handOver.ts';

/** What the handshake needs of a window, so that its rules can be tried without one. */
export interface Surroundings {
  /** The wallet's own. */
  readonly origin: string;
  /** The window that opened or embeds this one; null if there is none. */
  readonly asker: { postMessage(message: unknown, targetOrigin: string): void } | null;
  addEventListener: (type: 'message', listener: (event: MessageEvent<unknown>) => void) => void;
  removeEventListener: (type: 'message', listener: (event: MessageEvent<unknown>) => void) => void;
}

/** Who asks, as the browser says, and the port to them. `handOver`: our own dialog asks, for the site of `origin`. */
export interface Asker {
  origin: string;
  port: MessagePort;
  handOver: HandOver['wants'] | null;
}

/**
 * Says `ready` to whoever opened or embeds this page, and takes the first fitting answer of exactly that window, once. The origin
 * is the browser's own word on that one event. Everything else that arrives is ignored: nobody learns what would have fitted.
 */
export function meet(surroundings: Surroundings): Promise<Asker> {
  return new Promise((resolve) => {
    const heard = (event: MessageEvent<unknown>) => {
      const asker = readAsker(surroundings, event);
      if (asker === null) return;
      surroundings.removeEventListener('message', heard);
      resolve(asker);
    };
    surroundings.addEventListener('message', heard);
    const ready: Ready = { symbolon: dappVersion, what: 'ready' };
    // To anyone: which window it is, and from where, is checked on the answer.
    surroundings.asker?.postMessage(ready, '*');
  });
}

function readAsker({ asker, origin }: Surroundings, event: MessageEvent<unknown>): Asker | null {
  const [port, ...more] = event.ports;
  if (event.source === null || event.source !== asker || port === undefined || more.length > 0) return null;
  // The wallet's origin asks for nothing in its own name.
  if (event.origin === origin) return readHandOver(event.data, port);
  if (!mayAsk(event.origin) || !v.is(openSchema, event.data)) return null;
  return { origin: event.origin, port, handOver: null };
}

function readHandOver(data: unknown, port: MessagePort): Asker | null {
  if (!v.is(handOverSchema, data) || !mayAsk(data.origin)) return null;
  return { origin: data.origin, port, handOver: data.wants };
}

/** A real origin over TLS, or one on this very machine. `null` (sandboxed, data:, file:) names nobody, and so gets nothing. */
export function mayAsk(origin: string): boolean {
  const url = URL.parse(origin);
  if (url === null || url.origin !== origin) return false;
  if (url.protocol === 'https:') return true;
  const { hostname } = url;
  const local = hostname === 'localhost' || hostname.endsWith('.localhost');
  return url.protocol === 'http:' && (local || hostname === '127.0.0.1' || hostname === '[::1]');
}
