/** Whom the device talks to. */
export type Party = 'issuer' | 'kms' | 'cloud' | 'signer' | 'chain';

/** What a person does next, by code. Codes are stable. */
const hints = {
  'party-unreachable': 'Check the connection and try again; `symbolon doctor` shows what is reachable.',
  'party-refused': 'See the reason given; `symbolon doctor` shows what is wrong here.',
  'party-answer-invalid':
    'Nothing was taken over. Try again; if it stays, do not trust this party and tell its operator.',
  'not-signed-in': 'Sign in first.',
  'sign-in-failed': 'Begin the sign-in again.',
  'sign-in-needed':
    'Sign in again: creating a wallet and joining one need a sign-in of the last minutes on this device.',
  'session-ended': 'Sign in again.',
  'evidence-refused': 'Send nothing to this signer. If it was updated, wait until its measurement is admitted.',
  'statements-refused': 'The list of allowed signers was changed behind your back. Do not sign; tell the operator.',
  'deed-invalid': 'Do not use this wallet here; tell the operators of kms and cloud.',
  'deed-rolled-back': 'An older record was served than this device knows. Do not sign; tell the operators.',
  'wallet-changed': 'Another wallet was served than this device knows. Do not use it; tell the operators.',
  'wallet-missing': 'The kms denies a wallet that this device knows. Do not make a new one; tell the operators.',
  'stores-disagree': 'Kms and cloud serve different records. Do not sign; tell both operators.',
  'no-wallet': 'Create or import one first.',
  'wallet-exists': 'Open the wallet that there is.',
  'not-enrolled': "Approve this device from an enrolled one, or join by a code mailed to the wallet's mailbox.",
  'device-known': 'Nothing is to be done: the device is enrolled.',
  'device-unknown': 'List the devices and take one of them.',
  'device-revoked': 'A revoked key never returns: make a new device key and ask with that.',
  'key-invalid': 'Give the 32 bytes of one private key of this curve.',
  'curve-missing': 'This wallet was imported without a key of that curve.',
  'intent-refused': 'Change what is to be signed as the message says.',
  'intent-too-large': 'Sign something smaller.',
  'signing-refused': 'Open the wallet again; if it stays, `symbolon doctor` shows what is wrong here.',
  'signer-changed': 'Try again: the signer was restarted or busy.',
  'signature-invalid': 'Do not use what came back, and tell the operator: the signer signed something else.',
  'receipts-inconsistent': "The kms's log does not fit what this device knows. Stop signing and tell the operator.",
  'storage-corrupt': "Restore this device's storage, or enrol it anew with a fresh folder.",
  'request-text-invalid': 'Copy the whole text that the new device shows.',
  'transaction-refused': 'See the reason that the chain gave.',
  'transaction-timeout': 'It may still be mined: ask for its receipt later, and do not send it twice.',
} as const;

export type ClientErrorCode = keyof typeof hints;

export interface ClientErrorDetails {
  party?: Party;
  /** The other side's own stable code. */
  reason?: string;
  status?: number;
  hint?: string;
  cause?: unknown;
}

/** Every error of this package but IntentError (a malformed intent). Narrow by `code`; `message` and `hint` are for people. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  readonly hint: string;
  readonly party: Party | null;
  readonly reason: string | null;
  readonly status: number | null;

  constructor(code: ClientErrorCode, message: string, details: ClientErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint ?? hints[code];
    this.party = details.party ?? null;
    this.reason = details.reason ?? null;
    this.status = details.status ?? null;
  }
}

/** Whether `error` is a ClientError of one of these codes. */
export function hasCode(error: unknown, ...codes: ClientErrorCode[]): error is ClientError {
  return error instanceof ClientError && codes.includes(error.code);
}
