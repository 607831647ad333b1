import { type RelayPost, type RelayQuery, relayMessages } from '@symbolon/protocol';
import { ServiceError } from '@symbolon/service';

/** ms; from the first message, and from the last time that either side was heard. */
const channelLife = 600_000;
const idleLife = 120_000;
/** How long a reader waits for a message, ms. */
const waitLimit = 20_000;

/** What strangers can make this party keep, in characters of sealed text, and how many may wait at once. */
export const relayLimits = {
  channels: 5_000,
  bytes: 64 * 1024 * 1024,
  waiting: 2_000,
  ofChannel: { bytes: 2 * 1024 * 1024, waiting: 4 },
  ofAddress: { channels: 100, bytes: 8 * 1024 * 1024, waiting: 100 },
} as const;

type Side = RelayPost['from'];
interface Message {
  seq: number;
  sealed: string;
}
/** `next`: how many were posted, also where they have been read and dropped. */
interface Lane {
  next: number;
  messages: Message[];
}
interface Channel {
  readonly lanes: Record<Side, Lane>;
  readonly address: string;
  readonly born: number;
  heard: number;
  bytes: number;
}
interface Reader {
  readonly channel: string;
  readonly from: Side;
  readonly address: string;
  readonly wake: () => void;
}

/**
 * Passes sealed messages between two pages that have no window to one another. It keeps nothing but memory, opens nothing, and
 * bounds everything: whoever knows a channel's name can at worst end that one conversation.
 */
export class Relay {
  readonly #now: () => number;
  readonly #channels = new Map<string, Channel>();
  readonly #readers = new Set<Reader>();
  #bytes = 0;
  #closed = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** For metrics. */
  get size(): { channels: number; bytes: number; waiting: number } {
    return { channels: this.#channels.size, bytes: this.#bytes, waiting: this.#readers.size };
  }

  /**
   * Takes the next message of a side. The same again is answered as before; a number out of turn, or another message under a
   * number that is taken, is refused. Throws ServiceError `relay-sequence`, `relay-full`.
   */
  post({ channel: name, from, seq, sealed }: RelayPost, address: string): Record<string, never> {
    this.sweep();
    const channel = this.#channels.get(name) ?? this.#open(address);
    const lane = channel.lanes[from];
    if (seq < lane.next) {
      const kept = lane.messages.find((message) => message.seq === seq);
      if (kept !== undefined && kept.sealed !== sealed) throw outOfTurn();
      return {};
    }
    if (seq !== lane.next || seq >= relayMessages) throw outOfTurn();
    this.#requireRoom(channel, sealed.length);

    this.#channels.set(name, channel);
    lane.messages.push({ seq, sealed });
    lane.next += 1;
    channel.bytes += sealed.length;
    this.#bytes += sealed.length;
    channel.heard = this.#now();
    for (const reader of this.#readers) if (reader.channel === name && reader.from === from) reader.wake();
    return {};
  }

  /**
   * What a side has posted behind number `after`; what lies before that is dropped as read. Waits where there is nothing yet, also
   * for a channel that nobody has begun: who guesses names learns nothing. Throws ServiceError `relay-full`.
   */
  async read(query: RelayQuery, address: string): Promise<{ messages: Message[] }> {
    this.sweep();
    const messages = this.#take(query);
    if (messages.length > 0 || this.#closed) return { messages };
    await this.#wait(query, address);
    return { messages: this.#take(query) };
  }

  /** Forgets what is over. */
  sweep(): void {
    const now = this.#now();
    for (const [name, channel] of this.#channels) {
      if (now - channel.born < channelLife && now - channel.heard < idleLife) continue;
      this.#channels.delete(name);
      this.#bytes -= channel.bytes;
    }
  }

  /** Lets everybody who waits go, and makes nobody wait from now on. */
  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) reader.wake();
  }

  #take({ channel: name, from, after }: RelayQuery): Message[] {
    const channel = this.#channels.get(name);
    if (channel === undefined) return [];
    channel.heard = this.#now();
    const lane = channel.lanes[from];
    const read = lane.messages.filter(({ seq }) => seq <= Number(after));
    lane.messages = lane.messages.filter(({ seq }) => seq > Number(after));
    const freed = read.reduce((sum, { sealed }) => sum + sealed.length, 0);
    channel.bytes -= freed;
    this.#bytes -= freed;
    return lane.messages;
  }

  async #wait({ channel, from }: RelayQuery, address: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const reader = { channel, from, address, wake: resolve };
    const alike = (key: 'channel' | 'address') => [...this.#readers].filter((one) => one[key] === reader[key]).length;
    const { waiting, ofChannel, ofAddress } = relayLimits;
    if (this.#readers.size >= waiting) throw full();
    if (alike('channel') >= ofChannel.waiting || alike('address') >= ofAddress.waiting) throw full();
    this.#readers.add(reader);
    const timer = setTimeout(resolve, waitLimit);
    await promise;
    clearTimeout(timer);
    this.#readers.delete(reader);
  }

  #open(address: string): Channel {
    const own = [...this.#channels.values()].filter((channel) => channel.address === address).length;
    if (this.#channels.size >= relayLimits.channels || own >= relayLimits.ofAddress.channels) throw full();
    const lane = (): Lane => ({ next: 0, messages: [] });
    const now = this.#now();
    return { lanes: { dapp: lane(), wallet: lane() }, address, born: now, heard: now, bytes: 0 };
  }

  #requireRoom(channel: Channel, more: number): void {
    let own = more;
    for (const { address, bytes } of this.#channels.values()) if (address === channel.address) own += bytes;
    const { bytes, ofChannel, ofAddress } = relayLimits;
    if (channel.bytes + more > ofChannel.bytes || own > ofAddress.bytes || this.#bytes + more > bytes) throw full();
  }
}

const outOfTurn = () =>
  new ServiceError({
    status: 409,
    code: 'relay-sequence',
    message: 'This is not the next message of this side.',
    hint: 'Begin a new channel.',
  });

const full = () =>
  new ServiceError({
    status: 429,
    code: 'relay-full',
    message: 'The relay has no room for this now.',
    hint: 'Wait a moment, or send less.',
    retryAfter: 5,
  });
