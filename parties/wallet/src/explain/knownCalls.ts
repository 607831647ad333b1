import { toChecksumAddress } from '@symbolon/chains/evm';
import { toHex } from '@symbolon/crypto';

/** A call that the wallet understands by itself, whatever contract it goes to. Addresses checksummed. */
export type KnownCall =
  | { call: 'transfer'; to: string; amount: bigint; from: string | null }
  | { call: 'approve'; spender: string; amount: bigint; adds: boolean }
  | { call: 'allow-all'; operator: string; allowed: boolean }
  | { call: 'permit'; spender: string; amount: bigint; until: bigint };

type Reader = (words: Words) => KnownCall | null;

/** By the first four bytes of the hash of the signature (ERC-20, ERC-721, ERC-1155, EIP-2612). */
const readers: Readonly<Record<string, readonly [words: number, read: Reader]>> = {
  // transfer(address,uint256)
  a9059cbb: [2, (w) => ({ call: 'transfer', to: w.address(0), amount: w.uint(1), from: null })],
  // transferFrom(address,address,uint256)
  '23b872dd': [3, (w) => ({ call: 'transfer', from: w.address(0), to: w.address(1), amount: w.uint(2) })],
  // safeTransferFrom(address,address,uint256), of collections only
  '42842e0e': [3, (w) => ({ call: 'transfer', from: w.address(0), to: w.address(1), amount: w.uint(2) })],
  // approve(address,uint256)
  '095ea7b3': [2, (w) => ({ call: 'approve', spender: w.address(0), amount: w.uint(1), adds: false })],
  // increaseAllowance(address,uint256)
  '39509351': [2, (w) => ({ call: 'approve', spender: w.address(0), amount: w.uint(1), adds: true })],
  // setApprovalForAll(address,bool)
  a22cb465: [2, (w) => ({ call: 'allow-all', operator: w.address(0), allowed: w.bool(1) })],
  // permit(address,address,uint256,uint256,uint8,bytes32,bytes32)
  d505accf: [7, (w) => ({ call: 'permit', spender: w.address(1), amount: w.uint(2), until: w.uint(3) })],
};

/** Null for a call that is none of these, or is not encoded as its signature says to the last byte. */
export function readKnownCall(data: Uint8Array): KnownCall | null {
  const selector = toHex(data.subarray(0, 4));
  const entry = Object.hasOwn(readers, selector) ? readers[selector] : undefined;
  if (entry === undefined) return null;
  const [words, read] = entry;
  if (data.length !== 4 + 32 * words) return null;
  try {
    return read(new Words(data.subarray(4)));
  } catch {
    return null;
  }
}

/** Arguments in the contract ABI's words of 32 bytes, padded as it demands. */
class Words {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  uint(index: number): bigint {
    return BigInt(`0x${toHex(this.#word(index))}`);
  }

  address(index: number): string {
    const word = this.#word(index);
    if (word.subarray(0, 12).some((byte) => byte !== 0)) throw new RangeError('not an address');
    return toChecksumAddress(word.subarray(12));
  }

  bool(index: number): boolean {
    const value = this.uint(index);
    if (value > 1n) throw new RangeError('not a bool');
    return value === 1n;
  }

  #word(index: number): Uint8Array {
    return this.#bytes.slice(32 * index, 32 * (index + 1));
  }
}
