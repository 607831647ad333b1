/** Every refusal a dApp can meet: EIP-1193, 1474 and 5792 codes, and one stable reason by which a program tells them apart. */
const reasons = {
  'request-malformed': [-32600, 'A request is an object with a method and, if any, params.'],
  'params-invalid': [-32602, 'The parameters do not fit the method.'],
  'request-too-large': [-32600, 'A request may be at most 256 KiB.'],
  'method-unsupported': [4200, 'This method is not supported.'],
  'eth-sign-refused': [
    4200,
    'eth_sign signs what nobody can read, so it is refused. Use personal_sign or eth_signTypedData_v4.',
  ],
  'not-connected': [4100, 'The person has not connected an account to this page. Call eth_requestAccounts first.'],
  'other-account': [4100, 'The address is not the one that the person has connected to this page.'],
  'popup-blocked': [
    -32002,
    'The browser blocked the window of the wallet. Ask in a click, or allow windows for this page.',
  ],
  'popup-closed': [4001, 'The window of the wallet was closed before it answered.'],
  'dialog-closed': [4001, 'The dialog of the wallet was closed before it answered.'],
  'no-answer': [4001, 'The person did not answer in time.'],
  reloaded: [4001, 'The page of the wallet was loaded anew before it answered.'],
  'too-many-requests': [-32005, 'Too many requests are waiting for the person.'],
  'no-browser': [4900, 'There is no wallet outside a browser.'],
  disconnected: [4900, 'The wallet is no longer connected to this page.'],
  'malformed-answer': [4900, 'The wallet answered something that does not fit the method.'],
  'wallet-unreachable': [4900, 'The list of chains could not be read from the wallet.'],
  'rpc-unreachable': [4901, 'The chain could not be reached.'],
  'rpc-busy': [-32005, 'The chain refuses more requests for now.'],
  'chain-not-offered': [4902, 'The wallet does not work on this chain.'],
  'capability-unsupported': [5700, 'A capability that is not marked optional is not supported.'],
  'calls-chain-unsupported': [5710, 'The wallet does not work on this chain.'],
  'calls-id-repeated': [5720, 'There is a batch with this id already.'],
  'calls-unknown': [5730, 'No batch with this id was sent from this page.'],
  'atomicity-unsupported': [
    5760,
    'Calls of this wallet are transactions of their own: a batch of several is not atomic.',
  ],
} as const satisfies Record<string, readonly [number, string]>;

export type Reason = keyof typeof reasons;

/** What `request` rejects with. `reason` and `code` are stable, `message` is not. Survives JSON. */
export class SymbolonError extends Error {
  override readonly name = 'SymbolonError';
  readonly code: number;
  readonly reason: string;
  /** Where the reason is explained. */
  readonly docs: string;
  readonly data: unknown;

  constructor(code: number, reason: string, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.docs = `docs/errors.md#${reason}`;
    this.data = data;
  }

  toJSON(): { code: number; reason: string; message: string; docs: string; data?: unknown } {
    const { code, reason, message, docs, data } = this;
    return { code, reason, message, docs, ...(data === undefined ? {} : { data }) };
  }
}

/** The error of one of the reasons above; `detail` says what of this request. */
export function refusal(reason: Reason, detail?: string): SymbolonError {
  const [code, message] = reasons[reason];
  return new SymbolonError(code, reason, detail === undefined ? message : `${message} ${detail}`);
}

/** All reasons that this package itself gives, each with its code and sentence. */
export const refusals: Readonly<Record<Reason, readonly [number, string]>> = reasons;
