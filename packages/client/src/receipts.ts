import { equal, toHex } from '@symbolon/crypto';
import {
  openStatement,
  ProtocolError,
  paths,
  type Receipt,
  receiptHash,
  receiptStatement,
  receiptsAnswer,
  receiptsCodec,
  type Signed,
} from '@symbolon/protocol';
import { BoundedMap } from '@symbolon/verify';
import type { Device } from './device.ts';
import { ClientError } from './errors.ts';
import { readAnswer } from './parties.ts';
import { askStore, headOf } from './stores.ts';
import type { Wallet } from './wallet.ts';

/** A receipt that the kms signed, and the hash by which the next one names it. */
export interface ReadReceipt {
  receipt: Receipt;
  hash: Uint8Array;
  signed: Signed;
}

/** A wallet's id and what this device remembers of it. */
export type Receipted = Pick<Wallet, 'id' | 'memory'>;

/** Most receipts in one answer. */
const page = 100;
/** How many of the newest are remembered, so that answers may overtake each other without asking the kms. */
const remembered = 256;

/**
 * A wallet's receipts as this device sees them (law 5): numbers without gaps, each naming the one before. A kms that hides,
 * reorders or forks its log shows here.
 */
export class ReceiptChain {
  readonly #device: Device;
  readonly #wallet: Receipted;
  readonly #asked = new Set<string>();
  readonly #seen = new Map<number, Uint8Array>();

  constructor(device: Device, wallet: Receipted) {
    this.#device = device;
    this.#wallet = wallet;
  }

  /** This device asks for a release under this `rh`: what comes of it is no surprise. */
  expect(rh: Uint8Array): void {
    this.#asked.add(toHex(rh));
  }

  /**
   * Takes the receipt of an answer and fetches what lies between it and the newest known; resolves with those that nobody here
   * asked for (another device's, or an own one whose answer was lost). Throws ClientError `receipts-inconsistent`, and as
   * {@link askStore} does.
   */
  async follow(signed: Signed): Promise<Receipt[]> {
    const taken = readReceipt(this.#device, this.#wallet.id, signed);
    return this.#inOrder(async () => {
      const last = await this.#last();
      if (last !== null && taken.receipt.number <= last.receipt.number) {
        await this.#requireOnChain(taken, last);
        this.#asked.delete(toHex(taken.receipt.rh));
        return [];
      }
      const between = await this.#fetch((last?.receipt.number ?? 0) + 1, taken.receipt.number - 1);
      requireChain(last, [...between, taken]);
      await this.#keep([...between, taken]);
      this.#asked.delete(toHex(taken.receipt.rh));
      return this.#unexpected(between);
    });
  }

  /** Fetches all that the kms has beyond what is known; resolves as {@link follow}. */
  async catchUp(): Promise<Receipt[]> {
    return this.#inOrder(async () => {
      const last = await this.#last();
      const later = await this.#fetch((last?.receipt.number ?? 0) + 1, Number.POSITIVE_INFINITY);
      requireChain(last, later);
      await this.#keep(later);
      return this.#unexpected(later);
    });
  }

  /** Every receipt from the first to the newest known, checked to lead to it. Throws as {@link follow}. */
  async history(): Promise<ReadReceipt[]> {
    return this.#inOrder(async () => {
      const last = await this.#last();
      if (last === null) return [];
      const all = [...(await this.#fetch(1, last.receipt.number - 1)), last];
      requireChain(null, all);
      return all;
    });
  }

  /** One at a time, over all tabs: answers that overtake each other must not look like a fork. */
  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    return this.#device.lock(`${this.#device.deployment.id}.${toHex(this.#wallet.id)}.receipts`, work);
  }

  async #last(): Promise<ReadReceipt | null> {
    const kept = await this.#wallet.memory.receipt.read();
    return kept === null ? null : readReceipt(this.#device, this.#wallet.id, kept);
  }

  async #keep(read: readonly ReadReceipt[]): Promise<void> {
    const newest = read[read.length - 1];
    if (newest === undefined) return;
    await this.#wallet.memory.receipt.write(newest.signed);
    for (const { receipt, hash } of read.slice(-remembered)) this.#seen.set(receipt.number, hash);
    for (const number of this.#seen.keys()) {
      if (number > newest.receipt.number - remembered) break;
      this.#seen.delete(number);
    }
  }

  /** An answer that was overtaken: its receipt has to be the one that the newest leads back to. */
  async #requireOnChain(taken: ReadReceipt, last: ReadReceipt): Promise<void> {
    const { number } = taken.receipt;
    let hash = this.#seen.get(number);
    if (hash === undefined) {
      const chain = [...(await this.#fetch(number, last.receipt.number - 1)), last];
      requireLinks(chain);
      hash = chain[0]?.hash;
    }
    if (hash === undefined || !equal(hash, taken.hash)) throw inconsistent(`number ${number} was given twice`);
  }

  #unexpected(read: readonly ReadReceipt[]): Receipt[] {
    return read.map(({ receipt }) => receipt).filter(({ rh }) => !this.#asked.delete(toHex(rh)));
  }

  /** Receipts from one number to another, both included; to the kms's newest where `to` is infinite. */
  async #fetch(from: number, to: number): Promise<ReadReceipt[]> {
    const all: ReadReceipt[] = [];
    for (let next = from; next <= to; next = from + all.length) {
      const count = Math.min(page, to - next + 1);
      const message = { ...headOf(this.#device, 'receipts'), wallet: this.#wallet.id, from: next, count };
      const body = await askStore(this.#device, 'kms', paths.receipts, receiptsCodec, message);
      const { receipts } = readAnswer('kms', receiptsAnswer, body);
      if (receipts.length > count) throw inconsistent('more receipts came than were asked for');
      all.push(...receipts.map((signed) => readReceipt(this.#device, this.#wallet.id, signed)));
      if (receipts.length === count) continue;
      if (to !== Number.POSITIVE_INFINITY)
        throw inconsistent(`receipts are missing from number ${from + all.length} on`);
      break;
    }
    return all;
  }
}

/** Receipts that each device has verified last: the same one is read on its way in, and again as the newest known. */
const verified = new WeakMap<Device, BoundedMap<string, ReadReceipt>>();
const verifiedEach = 32;

/** A receipt of this wallet under the kms's signature. Throws ClientError `receipts-inconsistent`. */
export function readReceipt(device: Device, wallet: Uint8Array, signed: Signed): ReadReceipt {
  const read = verifiedBefore(device, signed) ?? verify(device, signed);
  if (read === null || !equal(read.receipt.wallet, wallet)) {
    throw inconsistent('a receipt is not one of the kms for this wallet');
  }
  return read;
}

function verifiedBefore(device: Device, { body, signature }: Signed): ReadReceipt | null {
  const known = verified.get(device)?.get(toHex(signature));
  // The signature is only the name it is found under: what was verified are these very bytes.
  return known !== undefined && equal(known.signed.body, body) ? known : null;
}

function verify(device: Device, signed: Signed): ReadReceipt | null {
  const { deployment, crypto } = device;
  const receipt = opened(() => openStatement(receiptStatement, signed, deployment.kms.signing, crypto.checks.ed25519));
  if (receipt === null || receipt.deployment !== deployment.id) return null;
  const read = { receipt, hash: receiptHash(signed.body), signed };
  const own = verified.get(device) ?? new BoundedMap<string, ReadReceipt>(verifiedEach);
  verified.set(device, own);
  own.set(toHex(signed.signature), read);
  return read;
}

/** As {@link requireLinks}, from the newest known on, or from the very first. */
function requireChain(last: ReadReceipt | null, next: readonly ReadReceipt[]): void {
  const first = next[0]?.receipt;
  if (last === null && first !== undefined && (first.number !== 1 || first.previous !== null)) {
    throw inconsistent('the first is not number 1');
  }
  requireLinks(last === null ? next : [last, ...next]);
}

/** Each one's number is the next, and it names the one before. Throws ClientError `receipts-inconsistent`. */
function requireLinks(chain: readonly ReadReceipt[]): void {
  for (const [index, { receipt }] of chain.entries()) {
    const before = chain[index - 1];
    if (before === undefined) continue;
    const follows = receipt.previous !== null && equal(receipt.previous, before.hash);
    if (!follows || receipt.number !== before.receipt.number + 1) {
      throw inconsistent(`number ${receipt.number} does not follow the one before it`);
    }
  }
}

/**
 * What is wrong with the receipts, or null. A signature that was made stays made: the person gets it, and the alarm beside it.
 */
export async function alarmOf(following: Promise<unknown>): Promise<ClientError | null> {
  try {
    await following;
    return null;
  } catch (error) {
    if (error instanceof ClientError) return error;
    throw error;
  }
}

function opened(open: () => Receipt | null): Receipt | null {
  try {
    return open();
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

function inconsistent(what: string): ClientError {
  return new ClientError('receipts-inconsistent', `The kms's receipts are inconsistent: ${what}.`, { party: 'kms' });
}
