/** Why a party would not act, for its own log. */
export type RefusalReason =
  | 'token-invalid'
  | 'token-stale'
  | 'token-identity'
  | 'token-nonce'
  | 'sign-in-too-old'
  | 'issuer-unreachable'
  | 'proof-invalid'
  | 'proof-stale'
  | 'proof-mismatch'
  | 'proof-replayed'
  | 'deployment-mismatch'
  | 'message-expired'
  | 'deed-invalid'
  | 'device-unknown'
  | 'device-scope'
  | 'evidence-invalid'
  | 'evidence-not-allowed'
  | 'signer-unknown'
  | 'statement-invalid'
  | 'wallet-unknown'
  | 'wallet-state'
  | 'share-mismatch'
  | 'request-used';

/** Told as they are: what the asker knows about itself anyway, and can mend. */
const mendable: Partial<Record<RefusalReason, { status: number; hint: string }>> = {
  'token-stale': { status: 401, hint: 'Renew the token, and check this clock.' },
  'sign-in-too-old': { status: 401, hint: 'Sign in again.' },
  'issuer-unreachable': { status: 503, hint: 'The identity provider did not answer; try again later.' },
  'proof-stale': { status: 401, hint: 'Check the clock of this device.' },
  'message-expired': { status: 401, hint: 'Make the request anew, and check this clock.' },
  'signer-unknown': { status: 409, hint: "Present the signer's evidence, then make the request anew." },
  'evidence-invalid': { status: 400, hint: 'The document, its chain or what it binds does not hold.' },
  'evidence-not-allowed': {
    status: 403,
    hint: 'No statement in force allows this measurement with this configuration.',
  },
  'statement-invalid': { status: 400, hint: 'Read the list, then make the next statement from it.' },
};

/**
 * A party's refusal. `code` and the message are what the asker is told: one constant `refused` for everything that somebody
 * probing could learn from. `reason` and `detail` are for the log.
 */
export class Refusal extends Error {
  readonly reason: RefusalReason;
  readonly detail: string;
  readonly code: string;
  readonly status: number;
  readonly hint: string;

  constructor(reason: RefusalReason, detail: string) {
    const told = mendable[reason];
    super(told === undefined ? 'The request was refused.' : detail);
    this.name = 'Refusal';
    this.reason = reason;
    this.detail = detail;
    this.code = told === undefined ? 'refused' : reason;
    this.status = told?.status ?? 403;
    this.hint =
      told?.hint ?? 'Make the request anew with the client library; `symbolon doctor` shows what is wrong here.';
  }
}
