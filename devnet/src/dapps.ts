/** Two sites of two owners, as far as a browser can tell: one person, one address in both. */
export const dapps = {
  dapp: { id: 'playground', title: 'Playground' },
  shop: { id: 'corner-shop', title: 'Corner shop' },
} as const;
