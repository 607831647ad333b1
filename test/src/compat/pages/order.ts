import { getTypesForEIP712Domain } from 'viem';

/** The typed data that every page here asks to be signed. */
export const order = {
  domain: { name: 'Corner shop', version: '1', chainId: 31_337 },
  types: {
    Order: [
      { name: 'item', type: 'string' },
      { name: 'count', type: 'uint256' },
    ],
  },
  primaryType: 'Order',
  message: { item: 'Tea, 100 g', count: 2n },
} as const;

/** As `eth_signTypedData_v4` takes it. */
export const orderJson = JSON.stringify({
  ...order,
  types: { EIP712Domain: getTypesForEIP712Domain({ domain: order.domain }), ...order.types },
  message: { ...order.message, count: '2' },
});

/** The message that they ask to be signed, and what they send to whom. */
export const greeting = 'Hello from a dApp.';
export const recipient = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
export const amount = 10_000_000_000_000_000n;
