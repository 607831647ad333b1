/** Where each message goes. A proof's `htu` is the recipient's base URL and one of these. */
export const paths = {
  about: '/v1/about',
  keep: '/v1/wallets/keep',
  activate: '/v1/wallets/activate',
  activation: '/v1/wallets/activation',
  follow: '/v1/wallets/follow',
  find: '/v1/wallets/find',
  deed: '/v1/wallets/deed',
  followDeed: '/v1/wallets/follow-deed',
  mailCode: '/v1/wallets/mail-code',
  confirmMail: '/v1/wallets/confirm-mail',
  countersign: '/v1/wallets/countersign',
  rotate: '/v1/wallets/rotate',
  flip: '/v1/wallets/flip',
  followFlip: '/v1/wallets/follow-flip',
  epoch: '/v1/wallets/epoch',
  proposeRotation: '/v1/rotations/propose',
  agreeRotation: '/v1/rotations/agree',
  flipsFollowed: '/v1/rotations/followed',
  rotationReport: '/v1/rotations/report',
  receipts: '/v1/receipts',
  seals: '/v1/seals',
  releases: '/v1/releases',
  signers: '/v1/signers',
  outcomes: '/v1/outcomes',
  statements: '/v1/statements',
  evidence: '/v1/evidence',
  requests: '/v1/requests',
  apps: '/v1/apps',
  relay: '/v1/relay',
} as const;

/** The exact address of a message: base URL without trailing slash, and path. */
export const addressOf = (base: string, path: (typeof paths)[keyof typeof paths]): string =>
  `${base.replace(/\/+$/, '')}${path}`;
