import { checksumAddress, type Hex, keccak, toBigInt, toHex } from '../bytes.ts';

/** An ERC-7930 binary address: which chain, which address, both as text. `evm`: 20 bytes on an EIP-155 chain. */
export interface InteroperableAddress {
  address: string;
  /** CAIP-2, or only its namespace where the address names no chain. */
  chain: string;
  /** First 4 bytes of the Keccak-256 of what follows the version, upper-case hexadecimal (ERC-7828). */
  checksum: string;
  evm: { chainId: number | null; address: Uint8Array } | null;
}

/**
 * Parses ERC-7930 version 1: version (2), chain type (2), length and chain reference, length and address.
 *
 * @returns null for anything else, other versions, unknown namespaces and trailing bytes among it
 */
export function parseInteroperable(bytes: Uint8Array): InteroperableAddress | null {
  if (bytes.length < 6 || toHex(bytes.subarray(0, 2)) !== '0x0001') return null;
  const chainEnd = 5 + (bytes[4] ?? 0);
  const reference = bytes.subarray(5, chainEnd);
  const address = bytes.subarray(chainEnd + 1);
  if (bytes.length < chainEnd + 1 || bytes[chainEnd] !== address.length) return null;
  const type = toHex(bytes.subarray(2, 4));
  const checksum = toHex(keccak(bytes.subarray(2)).subarray(0, 4))
    .slice(2)
    .toUpperCase();
  if (type === '0x0000') return eip155(reference, address, checksum);
  if (type === '0x0002') return solana(reference, address, checksum);
  return null;
}

/** The text form: `<address>@<chain>#<checksum>`. */
export function interoperableText(parsed: InteroperableAddress, name: string | null): string {
  return `${name ?? parsed.address}@${parsed.chain}#${parsed.checksum}`;
}

function eip155(reference: Uint8Array, address: Uint8Array, checksum: string): InteroperableAddress | null {
  if (address.length !== 20 || reference.length > 32 || reference[0] === 0) return null;
  const chainId = reference.length === 0 ? null : toBigInt(reference);
  if (chainId !== null && chainId > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  const spelt: Hex = checksumAddress(address);
  return {
    address: spelt,
    chain: chainId === null ? 'eip155' : `eip155:${chainId}`,
    checksum,
    evm: { chainId: chainId === null ? null : Number(chainId), address },
  };
}

/** CAIP-350 for Solana: both parts are base58; CAIP-2 cuts the genesis hash to 32 characters. */
function solana(reference: Uint8Array, address: Uint8Array, checksum: string): InteroperableAddress | null {
  if (address.length !== 32 || (reference.length !== 0 && reference.length !== 32)) return null;
  const chain = reference.length === 0 ? 'solana' : `solana:${base58(reference).slice(0, 32)}`;
  return { address: base58(address), chain, checksum, evm: null };
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function base58(bytes: Uint8Array): string {
  let number = toBigInt(bytes);
  let spelt = '';
  while (number > 0n) {
    spelt = alphabet.charAt(Number(number % 58n)) + spelt;
    number /= 58n;
  }
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return '1'.repeat(zeros === -1 ? bytes.length : zeros) + spelt;
}
