import { bench, do_not_optimize, run } from 'mitata';
import { digest, parseIntent, transactionFromJson } from './index.ts';

const { intent } = transactionFromJson({
  type: 2,
  chainId: 1,
  nonce: 7,
  maxPriorityFeePerGas: '1000000000',
  maxFeePerGas: '30000000000',
  gas: 65_000,
  to: '0x7f39c581f595b53c5cb19bd0b3f8da6c935e2ca0',
  value: '50000000000000000',
  data: `0xa9059cbb${'00'.repeat(64)}`,
});

bench('EIP-1559 digest', () => do_not_optimize(digest(intent)));
bench('EIP-1559 parse + digest', () => do_not_optimize(digest(parseIntent(intent))));
await run();
