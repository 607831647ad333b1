import type { ClientErrorCode, Fidelity } from '@symbolon/client';
import type { ChainInfo } from '@symbolon/protocol/dapp';
import type { RefusalReason } from './approve/errors.ts';
import type { ReleaseAlarm } from './worker/news.ts';

/** What the screens show. No screen does I/O: it is given one of these, and says what the person chose. */

/** Who asks, as the browser itself says, and what the operator's registry knows of that origin. */
export interface App {
  origin: string;
  /** From the registry; null where the origin is not registered. Written by strangers: text only, never markup. */
  name: string | null;
  /** A `data:image/png|webp;base64,` URL from the registry. */
  icon: string | null;
}

/** A checksummed address, and a name for it where the wallet knows one (a token, a contract of a descriptor, "you"). */
export interface Party {
  address: string;
  name: string | null;
}

/** `text` is in units of the currency, exact, with a point; `approximate` where the chain's estimate may differ. */
export interface Amount {
  text: string;
  symbol: string;
}

/** The one sentence of what will happen. Screens put it into the person's language. */
export type Sentence =
  | { kind: 'send'; amount: Amount; to: Party }
  | { kind: 'token-send'; amount: Amount; token: Party; to: Party }
  | { kind: 'token-allow'; amount: Amount | null; token: Party; spender: Party }
  | { kind: 'token-disallow'; token: Party; spender: Party }
  /** One item of a collection (ERC-721), by its number: `#7`. */
  | { kind: 'item-allow'; item: Amount; collection: Party; spender: Party }
  | { kind: 'item-disallow'; item: Amount; collection: Party }
  | { kind: 'permit'; amount: Amount | null; token: Party; spender: Party; until: number | null }
  | { kind: 'allow-all'; collection: Party; operator: Party }
  | { kind: 'disallow-all'; collection: Party; operator: Party }
  | { kind: 'create-contract' }
  | { kind: 'described'; intent: string; owner: string | null }
  | { kind: 'unknown-call'; to: Party; selector: string | null }
  | { kind: 'message' }
  | { kind: 'unreadable-message' }
  | { kind: 'sign-in'; domain: string }
  | { kind: 'typed-data'; primaryType: string; domain: string | null }
  | { kind: 'calls'; count: number };

/** What a person should not overlook; `danger` ones stand above everything else and have to be acknowledged. */
export type Warning =
  | { level: 'danger'; what: 'unlimited-allowance'; spender: Party }
  | { level: 'danger'; what: 'permit'; spender: Party }
  | { level: 'danger'; what: 'allow-all'; operator: Party }
  | { level: 'danger'; what: 'sign-in-domain'; said: string; asking: string }
  /** A sign-in message for another account than the one that would sign it. */
  | { level: 'danger'; what: 'sign-in-address'; said: string }
  | { level: 'danger'; what: 'will-fail'; reason: string | null }
  /** Text that reads like a sign-in and is none by EIP-4361: its domain could not be checked. */
  | { level: 'caution'; what: 'sign-in-malformed' | 'sign-in-expired' }
  | { level: 'caution'; what: 'unknown-call' | 'create-contract' | 'not-decoded' | 'not-registered' | 'not-simulated' }
  | { level: 'caution'; what: 'address-like-yours' | 'new-recipient' | 'other-owner' | 'other-chain' };

/** One line of decoded content. `value` is shown as it is, left to right; `address` additionally as one to be copied. */
export interface Field {
  label: string;
  value: string;
  address?: string;
  depth?: number;
}

/** What the chain's own estimate says will leave or come. */
export interface BalanceChange {
  direction: 'out' | 'in';
  amount: Amount;
}

/** One thing to be approved, said in words. */
export interface Explained {
  sentence: Sentence;
  /** ERC-7730's own sentence with the values in it, where a descriptor has one. */
  detail: string | null;
  warnings: Warning[];
  /** null: the chain could not be asked. */
  changes: BalanceChange[] | null;
  fee: Amount | null;
  fields: Field[];
  /** As it is signed: JSON or hex or text. */
  raw: string;
}

/** One question to the person. A screen shows exactly one. */
export type Question =
  | { ask: 'connect'; app: App; address: string | null; chains: ChainInfo[]; signIn: Explained | null }
  | { ask: 'approve'; app: App; address: string; chain: ChainInfo; what: Explained[]; sends: boolean }
  | { ask: 'switch-chain'; app: App; from: ChainInfo; to: ChainInfo }
  | { ask: 'watch-asset'; app: App; token: Party; symbol: string; decimals: number }
  | { ask: 'calls-status'; app: App; calls: { hash: string; state: 'pending' | 'done' | 'failed' }[] }
  /** At the top-level page: may the dialog inside this site have a key of its own, for this site only? */
  | { ask: 'embed'; app: App };

/** Where a surface stands. */
export type Progress =
  | { step: 'loading' }
  | { step: 'sign-in'; issuers: IssuerChoice[]; busy: boolean }
  | { step: 'new-device'; keyCheck: string; requestText: string; mail: MailCode }
  | { step: 'creating'; done: number; of: number }
  /** Dialog in a site where it has no key yet: one button, "Continue" (`proceed`). */
  | { step: 'continue'; app: App; busy: boolean }
  | { step: 'ask'; question: Question; busy: boolean; blocked: 'not-visible' | null }
  /** A window or dialog with nothing to ask just now. */
  | { step: 'idle' }
  | { step: 'done'; outcome: 'approved' | 'rejected' | 'connected' }
  | { step: 'problem'; problem: Problem };

export interface IssuerChoice {
  url: string;
  name: string;
  kind: 'email' | 'provider';
}

export type MailCode =
  | { state: 'not-asked' }
  | { state: 'sent'; until: number; wrong: boolean }
  | { state: 'checking' };

/** What keeps a page from starting, or nobody foresaw. */
type PageCode = 'page-incomplete' | 'origin-unclear' | 'unexpected';
export type ProblemCode = ClientErrorCode | RefusalReason | PageCode;

/** What went wrong. Every code has a sentence in the catalogue that a person can act on; the code itself is for support. */
export interface Problem {
  code: ProblemCode;
  /** It may be another thing when it is tried again. */
  retry: boolean;
  party: 'issuer' | 'kms' | 'cloud' | 'signer' | 'chain' | 'app' | null;
}

/** What the window and the dialog show. `app`: who asks, from the moment the browser said it. */
export interface ApproveView {
  surface: 'window' | 'dialog';
  progress: Progress;
  app: App | null;
  /** Said on every screen. */
  development: boolean;
  /** What is wrong with the page itself, as its service worker says; said on every screen. */
  release: ReleaseAlarm | null;
  settings: Settings;
}

/** What the page at / shows: `progress` until somebody is signed in with a wallet (`idle`), then `account`. */
export interface AccountView {
  progress: Progress;
  account: Account | null;
  /** The device whose pasted request is to be compared and approved. */
  approval: { check: string; busy: boolean } | null;
  /** What went wrong with the last action in the account; the account stays. */
  failed: Problem | null;
  notices: Notice[];
  /** An action is under way: its button shows it. */
  busy: 'disconnect' | 'revoke-device' | 'read-device' | 'approve-device' | 'refresh' | null;
  /** Opened only to sign in (`/?then=close`): says "you can close this window" once that is done. */
  thenClose: boolean;
  development: boolean;
  release: ReleaseAlarm | null;
  settings: Settings;
}

/** What the person is to be told once. */
export type Notice =
  | { what: 'made'; how: 'created' | 'imported'; at: number }
  | { what: 'device-added'; name: string; at: number }
  | { what: 'device-revoked' };

export interface Settings {
  /** A language of the catalogue; null: as the browser says. */
  language: string | null;
  theme: 'system' | 'light' | 'dark';
  /** eth_signTransaction: signs without sending. Off unless the person switched it on. */
  signTransactions: boolean;
}

/** The account's pages. */
export interface Account {
  address: string;
  email: string | null;
  balances: { chain: ChainInfo; amount: Amount | null }[];
  activity: Activity[];
  apps: ConnectedApp[];
  devices: DeviceRow[];
  /** How and when the wallet came to be: told to a device that did not make it. */
  made: { how: 'created' | 'imported'; at: number };
  /** What stands behind the signer's evidence, as this device verified it; null where it does not answer. */
  signer: Fidelity | null;
  development: boolean;
  /** Receipts that do not fit, or releases this person's devices do not know of. */
  alarm: string | null;
}

export interface Activity {
  at: number;
  app: string;
  sentence: Sentence;
  outcome: 'signed' | 'sent' | 'rejected' | 'failed';
  hash: string | null;
  explorerUrl: string | null;
}

export interface ConnectedApp {
  app: App;
  since: number;
  /** What it may do, as EIP-2255 names it. */
  permissions: string[];
  /** True where its embedded dialog has a key of its own. */
  embedded: boolean;
}

export interface DeviceRow {
  /** Hex of the thumbprint. */
  id: string;
  name: string;
  added: number;
  /** Set for a key that may sign for one embedding origin only. */
  origin: string | null;
  current: boolean;
}
