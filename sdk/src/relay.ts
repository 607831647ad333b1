import { fromBase64Url, randomId, toBase64Url } from './random.ts';
import { exportSealKey, generateSealKey, publicKeyBytes, type Sealed, sealBetween } from './seal.ts';

/** Between two tries, and so often in a row, ms. */
const pause = 1000;
const maxFailures = 5;

/** A channel that was made before the click, since WebCrypto is too late for a window that has to open in it. */
export interface Channel {
  id: string;
  keys: CryptoKeyPair;
  /** Goes into the window's URL: `#relay=CHANNEL.PUBLICKEY`. */
  fragment: string;
}

/** What the relay says of a channel. */
interface Page {
  messages: { seq: number; sealed: string }[];
}

/** The dApp's end of an open channel. */
interface RelayLine {
  post: (message: unknown) => void;
}

/** What `listenAtRelay` tells. After `lost` it tells nothing more. */
interface RelayEars {
  /** The wallet's first message was opened: it is there. */
  ready: (line: RelayLine) => void;
  hear: (message: unknown) => void;
  lost: () => void;
}

export async function prepareChannel(): Promise<Channel> {
  const keys = await generateSealKey();
  const id = randomId();
  return { id, keys, fragment: `#relay=${id}.${toBase64Url(await exportSealKey(keys.publicKey))}` };
}

/**
 * Hears the wallet through the relay until `signal` aborts, the channel is forgotten, or something comes that the wallet did
 * not seal at this place: the relay may drop messages, but never reorder, repeat or invent one unnoticed.
 *
 * The wallet's message 0 is its public key (65 bytes) and, sealed, `ready`; every later one is sealed alone.
 */
export async function listenAtRelay(
  url: string,
  channel: Channel,
  ears: RelayEars,
  signal: AbortSignal,
): Promise<void> {
  let sealed: Sealed | null = null;
  let next = 0;
  let failures = 0;
  try {
    while (!signal.aborted) {
      const page = await poll(url, channel.id, next - 1, signal).catch(() => null);
      // Until the wallet has spoken, the window's own fate decides how long to try.
      if (page === null && next > 0) failures += 1;
      if (failures > maxFailures) throw new TypeError('the relay can not be reached');
      if (page === null || page.messages.length === 0) await rest();
      if (page === null) continue;
      failures = 0;
      for (const message of page.messages) {
        if (message.seq !== next) throw new TypeError('a message is missing or repeated');
        let bytes = fromBase64Url(message.sealed);
        if (sealed === null) {
          sealed = await sealBetween('dapp', channel.id, channel.keys, bytes.slice(0, publicKeyBytes));
          bytes = bytes.slice(publicKeyBytes);
        }
        const opened = await sealed.open(next, bytes);
        if (signal.aborted) return;
        if (next === 0) ears.ready(speak(url, channel.id, sealed, ears, signal));
        else ears.hear(opened);
        next += 1;
      }
    }
  } catch {
    if (!signal.aborted) ears.lost();
  }
}

/** Seals and posts one message after another, in the order in which they were given. */
function speak(url: string, channel: string, sealed: Sealed, ears: RelayEars, signal: AbortSignal): RelayLine {
  let seq = 0;
  let before = Promise.resolve();
  const sendOne = async (number: number, message: unknown): Promise<void> => {
    const body = { channel, from: 'dapp', seq: number, sealed: toBase64Url(await sealed.seal(number, message)) };
    await deliver(`${url}/v1/relay`, JSON.stringify(body), signal);
  };
  return {
    post(message) {
      const number = seq++;
      before = before
        .then(() => sendOne(number, message))
        .catch(() => {
          if (!signal.aborted) ears.lost();
        });
    },
  };
}

/** The relay takes the same message twice as once, so that a lost answer costs nothing. */
async function deliver(url: string, body: string, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal };
    const answer = await fetch(url, request).catch(() => null);
    if (answer?.ok) return;
    if (signal.aborted || answer !== null || tries >= maxFailures) throw new TypeError('the relay did not take it');
    await rest();
  }
}

const rest = () => new Promise((resolve) => setTimeout(resolve, pause));

/** Waits at the relay (up to 20 s there) for messages of the wallet after number `after`; -1 is before the first. */
async function poll(url: string, channel: string, after: number, signal: AbortSignal): Promise<Page> {
  const query = new URLSearchParams({ channel, from: 'wallet', after: String(after) });
  const answer = await fetch(`${url}/v1/relay?${query}`, { signal, cache: 'no-store' });
  if (!answer.ok) throw new TypeError('the relay refused');
  const page = (await answer.json()) as Page;
  if (!Array.isArray(page.messages)) throw new TypeError('not an answer of the relay');
  return page;
}
