import { ClientError } from '@symbolon/client';
import type { Chain } from '../chain/chains.ts';

type Answer = (params: readonly unknown[]) => unknown;

/** A chain that answers as told, and remembers what it was asked. What it was not told about, it refuses as a node would. */
export function fakeChain() {
  const asked: { method: string; params: readonly unknown[] }[] = [];
  const answers: Record<string, Answer> = {
    eth_getTransactionCount: () => '0x7',
    eth_estimateGas: () => '0x5208',
    eth_getBlockByNumber: () => ({ baseFeePerGas: '0x3b9aca00', gasLimit: '0x1c9c380' }),
    eth_maxPriorityFeePerGas: () => '0x3b9aca00',
    eth_gasPrice: () => '0x77359400',
    eth_sendRawTransaction: () => `0x${'ab'.repeat(32)}`,
    eth_getTransactionReceipt: () => null,
    eth_getTransactionByHash: () => null,
  };
  const call = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    asked.push({ method, params });
    const answer = answers[method];
    if (answer === undefined) throw refused(`${method} does not exist`);
    return answer(params);
  };
  const rpc = {
    call,
    quantity: async (method: string, params: readonly unknown[]) => BigInt(String(await call(method, params))),
  };
  const info = {
    chainId: '0x7a69',
    name: 'Test chain',
    rpcUrl: 'http://127.0.0.1:1',
    explorerUrl: null,
    currency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  };
  const chain: Chain = { info, rpc };
  const second: Chain = { info: { ...info, chainId: '0x1', name: 'Other chain' }, rpc };
  const sent = () =>
    asked.filter(({ method }) => method === 'eth_sendRawTransaction').map(({ params }) => String(params[0]));
  return { chain, second, answers, asked, sent };
}

export function refused(words: string): ClientError {
  return new ClientError('transaction-refused', `The chain refused eth_call: ${words}`, { party: 'chain' });
}
