/** Who may be in bad hands. */
export const parties = ['issuer', 'mailbox', 'kms', 'cloud', 'web host', 'signer host', 'one device', 'dApp'] as const;
export type Party = (typeof parties)[number];

/** One attacker: a party, or two that work together. */
export interface Cell {
  name: string;
  who: readonly Party[];
}

const pairs = parties.flatMap((one, index) => parties.slice(index + 1).map((other) => [one, other] as const));

/** Every single party, then every pair. */
export const cells: readonly Cell[] = [...parties.map((one) => [one] as const), ...pairs].map((who) => ({
  name: who.join(' + '),
  who,
}));

export type Half = 'before' | 'after';
