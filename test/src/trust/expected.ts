/** What follows where everything holds: nothing, a signature that the person never approved, or the key itself. */
export interface Expected {
  key: 'safe' | 'open';
  signature: 'safe' | 'open';
  /** Why something is open, as SECURITY.md states it. */
  why?: string;
}

const safe: Expected = { key: 'safe', signature: 'safe' };
const page: Expected = {
  key: 'open',
  signature: 'open',
  why: 'A changed page is not caught by its first visitor. Who has a release pinned is safe.',
};
const twoShares: Expected = {
  key: 'open',
  signature: 'open',
  why: 'There are two shares, and these two have them; also a complete old set, after any rotation.',
};
const person: Expected = {
  key: 'safe',
  signature: 'open',
  why: 'Whoever holds the mailbox is the person, until there is a passkey.',
};
const enrolment: Expected = {
  key: 'safe',
  signature: 'open',
  why: 'One says who signed in, the other what the mailbox confirmed: they let a device in, until there is a passkey.',
};
const device: Expected = {
  key: 'safe',
  signature: 'open',
  why: 'A device of the person signs until it is revoked.',
};

/**
 * Every single party and every pair, before a rotation and after it alike: what a rotation protects from is theft at different
 * times, in {@link expectedFurther}.
 */
export const expected: Readonly<Record<string, Expected>> = {
  issuer: safe,
  mailbox: person,
  kms: safe,
  cloud: safe,
  'web host': page,
  'signer host': safe,
  'one device': device,
  dApp: safe,

  'issuer + mailbox': person,
  'issuer + kms': enrolment,
  'issuer + cloud': safe,
  'issuer + web host': page,
  'issuer + signer host': safe,
  'issuer + one device': device,
  'issuer + dApp': safe,

  'mailbox + kms': person,
  'mailbox + cloud': person,
  'mailbox + web host': page,
  'mailbox + signer host': person,
  'mailbox + one device': person,
  'mailbox + dApp': person,

  'kms + cloud': twoShares,
  'kms + web host': page,
  'kms + signer host': safe,
  'kms + one device': device,
  'kms + dApp': safe,

  'cloud + web host': page,
  'cloud + signer host': safe,
  'cloud + one device': device,
  'cloud + dApp': safe,

  'web host + signer host': page,
  'web host + one device': page,
  'web host + dApp': page,

  'signer host + one device': device,
  'signer host + dApp': safe,

  'one device + dApp': device,
};

/** What differs from the table by when or how something was taken. */
export const expectedFurther: Readonly<Record<string, Expected>> = {
  'a copy of the kms from before a rotation, one of the cloud from after': safe,
  'a copy of the cloud from before a rotation, one of the kms from after': safe,
  'copies of kms and cloud, both from before a rotation': twoShares,
  'one device, revoked': safe,
  'the host of a signer that is a plain process (development)': {
    key: 'open',
    signature: 'open',
    why: 'Nothing hides a plain process from its machine, and the development root lies there too.',
  },
};
