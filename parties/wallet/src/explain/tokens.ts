import { hasCode } from '@symbolon/client';
import { fromHex, toHex } from '@symbolon/crypto';
import type { Chain } from '../chain/chains.ts';
import { plainText } from './text.ts';

/** What a token contract says of itself. Its author wrote it: it may call itself anything. */
export interface Token {
  symbol: string;
  /** Null where it does not say, as collections do: then amounts stand as whole numbers. */
  decimals: number | null;
  /** Its items are single ones with numbers (ERC-721), by its own word (ERC-165). */
  collection: boolean;
}

const decimalsSelector = '0x313ce567';
const symbolSelector = '0x95d89b41';
/** supportsInterface(0x80ac58cd) */
const collectionCall = `0x01ffc9a780ac58cd${'0'.repeat(56)}`;
const maximumSymbol = 11;

/** Asks a contract for symbol and decimals, and whether it is a collection; null for one that has none of it. Throws ClientError `party-unreachable`. */
export async function readToken({ rpc }: Pick<Chain, 'rpc'>, address: string): Promise<Token | null> {
  const ask = async (data: string): Promise<Uint8Array | null> => {
    try {
      const answer = await rpc.call('eth_call', [{ to: address, data }, 'latest']);
      return typeof answer === 'string' && /^0x([0-9a-fA-F]{2})+$/.test(answer) ? fromHex(answer.slice(2)) : null;
    } catch (error) {
      if (hasCode(error, 'transaction-refused')) return null;
      throw error;
    }
  };
  const [symbolBytes, decimalsBytes, collectionBytes] = await Promise.all(
    [symbolSelector, decimalsSelector, collectionCall].map(ask),
  );
  const symbol = symbolBytes == null ? null : readSymbol(symbolBytes);
  const decimals = decimalsBytes?.length === 32 ? Number(BigInt(`0x${toHex(decimalsBytes)}`)) : null;
  const collection = collectionBytes?.length === 32 && BigInt(`0x${toHex(collectionBytes)}`) === 1n;
  if (symbol === null && decimals === null && !collection) return null;
  return { symbol: symbol ?? '?', decimals: decimals !== null && decimals <= 36 ? decimals : null, collection };
}

/** ABI string, or the bytes32 of the oldest tokens. */
function readSymbol(answer: Uint8Array): string | null {
  const bytes = answer.length === 32 ? withoutZeros(answer) : abiString(answer);
  if (bytes === null || bytes.length === 0) return null;
  const text = new TextDecoder().decode(bytes);
  return plainText(text, maximumSymbol);
}

function abiString(answer: Uint8Array): Uint8Array | null {
  if (answer.length < 64) return null;
  const length = BigInt(`0x${toHex(answer.slice(32, 64))}`);
  return length > BigInt(answer.length - 64) ? null : answer.slice(64, 64 + Number(length));
}

function withoutZeros(word: Uint8Array): Uint8Array {
  const end = word.indexOf(0);
  return end === -1 ? word : word.slice(0, end);
}
