import type { DappError } from '@symbolon/protocol/dapp';

/** Every refusal towards a dApp: its code by EIP-1193, 1474, 3326, 5792, and what it says. Reasons are stable (docs/errors.md). */
const refusals = {
  'user-rejected': [4001, 'The person rejected the request.'],
  'cooling-down': [4001, 'The person rejected several requests; nothing is shown to them for a minute.'],
  'not-connected': [4100, 'This site is not connected to the wallet. Call eth_requestAccounts first.'],
  'other-account': [4100, 'The address is not the one that this site is connected to.'],
  'method-unsupported': [4200, 'The wallet does not support this method.'],
  'sign-only-off': [4200, 'eth_signTransaction is off; the person can switch it on in the settings of the wallet.'],
  'chain-not-offered': [4902, "This wallet does not offer that chain: its operator's list is at /chains.json."],
  'asset-unsupported': [-32602, 'Only assets of type ERC20 can be watched.'],
  'params-invalid': [-32602, 'The parameters are not what this method takes.'],
  'typed-data-invalid': [-32602, 'The typed data does not follow EIP-712.'],
  'transaction-invalid': [-32602, 'The transaction cannot be signed as it is.'],
  'chain-mismatch': [-32602, 'The request names another chain than the one that the site is on.'],
  'request-malformed': [-32600, 'The message is not a request.'],
  'request-too-large': [-32600, 'The request is larger than 256 KiB.'],
  'request-repeated': [-32600, 'A request with this id was made before.'],
  'too-many-requests': [-32005, 'Too many requests of this site are waiting.'],
  'deadline-passed': [4001, "The request's deadline has passed."],
  'transaction-refused': [-32003, 'The chain refused the transaction.'],
  'chain-unreachable': [-32002, 'The chain did not answer.'],
  'wallet-unavailable': [-32002, 'The wallet could not do it.'],
  'capability-unsupported': [5700, 'A capability that is not optional is not supported.'],
  'calls-chain-unsupported': [5710, 'The wallet does not offer that chain.'],
  'calls-id-repeated': [5720, 'There are calls with this id already.'],
  'calls-unknown': [5730, 'There are no calls with this id.'],
  'calls-too-large': [5740, 'There are more calls than the wallet takes at once.'],
  'atomicity-unsupported': [5760, 'The wallet sends calls one after another; it cannot make them atomic.'],
} as const satisfies Record<string, readonly [code: number, message: string]>;

export type RefusalReason = keyof typeof refusals;

/** What a dApp is told instead of a result. `detail` replaces the general sentence; it never quotes what the person holds. */
export class DappRefusal extends Error {
  override readonly name = 'DappRefusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, detail?: string, cause?: unknown) {
    super(detail ?? refusals[reason][1], cause === undefined ? undefined : { cause });
    this.reason = reason;
  }

  get code(): number {
    return refusals[this.reason][0];
  }
}

/** As it travels. What is no refusal is an error of ours, and a site learns nothing of it. */
export function toDappError(error: unknown): DappError {
  const refusal = error instanceof DappRefusal ? error : new DappRefusal('wallet-unavailable');
  return { code: refusal.code, reason: refusal.reason, message: refusal.message };
}

/** A refusal that another page of the wallet gave. */
export function refusalFrom({ reason, message }: DappError): DappRefusal {
  return new DappRefusal(Object.hasOwn(refusals, reason) ? (reason as RefusalReason) : 'wallet-unavailable', message);
}
