import type { Chains } from './chains.ts';
import { refusal } from './errors.ts';

/** The precompiled contract ecrecover, of every EVM chain. */
const ecrecover = `0x${'1'.padStart(40, '0')}`;

/**
 * `personal_ecRecover` `[text or 0x bytes, signature]`: who signed a personal message (EIP-191), in lower case. The chain does the
 * arithmetic, so that no page loads a curve for it. Throws `params-invalid`, also for a signature that is nobody's.
 */
export async function recover(chains: Chains, chainId: string, params: unknown): Promise<string> {
  const [message, signature] = Array.isArray(params) ? (params as unknown[]) : [];
  const parts = typeof signature === 'string' ? /^0x([0-9a-f]{128})([0-9a-f]{2})$/i.exec(signature) : null;
  if (typeof message !== 'string' || parts === null) throw refusal('params-invalid', 'Expected [text, signature].');
  const [, rs = '', recovery = ''] = parts;
  const text = /^0x([0-9a-f]{2})*$/i.test(message) ? message.slice(2) : hexOf(message);
  const signed = `0x${hexOf(`\x19Ethereum Signed Message:\n${text.length / 2}`)}${text}`;
  const hash = String(await chains.read(chainId, 'web3_sha3', [signed]));
  // Some signers count from 0.
  const id = Number.parseInt(recovery, 16);
  const v = (id < 27 ? id + 27 : id).toString(16).padStart(64, '0');
  const call = { to: ecrecover, data: `${hash}${v}${rs}` };
  const word = await chains.read(chainId, 'eth_call', [call, 'latest']);
  if (typeof word !== 'string' || !/^0x[0-9a-f]{64}$/i.test(word)) {
    throw refusal('params-invalid', 'The signature is of nobody.');
  }
  return `0x${word.slice(26).toLowerCase()}`;
}

const hexOf = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (octet) => octet.toString(16).padStart(2, '0')).join('');
