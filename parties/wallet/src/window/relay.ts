import { dappVersion, openSchema, type Ready } from '@symbolon/protocol/dapp';
import * as v from 'valibot';
import { fromText, toText } from './base64url.ts';
import type { Line } from './line.ts';
import { relayKey, sealAs } from './seal.ts';

/** What a site put into this page's address: a channel at the cloud's relay, and its public key for it, 65 bytes. */
export interface RelayInvitation {
  channel: string;
  point: Uint8Array<ArrayBuffer>;
}

/** Reads `#relay=CHANNEL.PUBLICKEY`; null for any other fragment. */
export function readInvitation(fragment: string): RelayInvitation | null {
  const [, channel, key] = /^#relay=([0-9A-Za-z_-]{22})\.([0-9A-Za-z_-]{87})$/.exec(fragment) ?? [];
  return channel === undefined || key === undefined ? null : { channel, point: fromText(key) };
}

const pageSchema = v.object({
  messages: v.array(v.object({ seq: v.number(), sealed: v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]*$/)) })),
});

/** ms; longer than the relay holds a reader. */
const timeout = 30_000;

/**
 * Meets a site at the relay, since its browser cut the window off from it (COOP). Resolves once the site's `open` came, sealed.
 * Throws where the relay does not serve, or something comes that the site did not seal at this place: it may drop messages, but
 * never repeat, reorder or invent one.
 *
 * The relay proves nothing of who asks: the caller has looked at the browser's own word, `document.referrer`.
 */
export async function meetAtRelay(relayUrl: string, invitation: RelayInvitation): Promise<Line> {
  const { channel, point } = invitation;
  const mine = await relayKey();
  const sealed = await sealAs('wallet', channel, mine, point);
  const relay = new RelayEnd(relayUrl, channel, 'wallet');

  const ready: Ready = { symbolon: dappVersion, what: 'ready' };
  await relay.post(0, new Uint8Array([...mine.point, ...(await sealed.seal(0, ready))]));
  const incoming = relay.read();
  const first = await incoming.next();
  if (first.done === true || !v.is(openSchema, await sealed.open(0, first.value))) {
    throw new TypeError('the site did not open the conversation');
  }

  let sent = 1;
  let received = 1;
  let sending = Promise.resolve();
  return {
    send: (message) => {
      const seq = sent++;
      // One after another: the relay takes no number before the one before it.
      sending = sending.then(async () => relay.post(seq, await sealed.seal(seq, message))).catch(() => relay.stop());
    },
    listen: (heard) => {
      void (async () => {
        try {
          for await (const bytes of incoming) heard(await sealed.open(received++, bytes));
        } catch {
          relay.stop();
        }
      })();
    },
    close: () => relay.stop(),
  };
}

type Side = 'dapp' | 'wallet';

/** One side's end of a channel at the cloud's relay: octets in order, nothing of what they mean. */
export class RelayEnd {
  readonly #url: URL;
  readonly #channel: string;
  readonly #side: Side;
  readonly #stopped = new AbortController();

  constructor(cloudUrl: string, channel: string, side: Side) {
    this.#url = new URL('/v1/relay', cloudUrl);
    this.#channel = channel;
    this.#side = side;
  }

  stop(): void {
    this.#stopped.abort();
  }

  async post(seq: number, sealed: Uint8Array): Promise<void> {
    const body = JSON.stringify({ channel: this.#channel, from: this.#side, seq, sealed: toText(sealed) });
    const response = await this.#ask(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      // The last answer goes out while the window closes.
      keepalive: body.length < 60_000,
    });
    if (!response.ok) throw new TypeError('the relay did not take the message');
  }

  /** The other side's messages in their order, each once, until the line ends. */
  async *read(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    for (let next = 0; !this.#stopped.signal.aborted; ) {
      const url = new URL(this.#url);
      const from = this.#side === 'wallet' ? 'dapp' : 'wallet';
      url.search = new URLSearchParams({ channel: this.#channel, from, after: String(next - 1) }).toString();
      const response = await this.#ask(url, { cache: 'no-store' });
      if (!response.ok) throw new TypeError('the relay does not know the channel');
      for (const { seq, sealed } of v.parse(pageSchema, await response.json()).messages) {
        if (seq !== next) throw new TypeError('a message is missing or repeated');
        next += 1;
        yield fromText(sealed);
      }
    }
  }

  #ask(url: URL, options: RequestInit): Promise<Response> {
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(timeout)]);
    return fetch(url, { ...options, credentials: 'omit', redirect: 'error', signal });
  }
}
