import type { AccountView, ApproveView, Settings } from './model.ts';

/** A value that is told of when it changes. `subscribe` calls at once with what there is, and returns how to stop. */
export interface Observable<S> {
  readonly state: S;
  subscribe: (listener: (state: S) => void) => () => void;
}

/** The engine's side of an {@link Observable}: every change is a new, whole state. */
export class Store<S> implements Observable<S> {
  #state: S;
  readonly #listeners = new Set<(state: S) => void>();

  constructor(initial: S) {
    this.#state = initial;
  }

  get state(): S {
    return this.#state;
  }

  subscribe(listener: (state: S) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Replaces the named parts of the state. */
  set(change: Partial<S>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

/**
 * What a person does before a wallet is open, on every surface. Actions return at once: what follows shows in the state. Those
 * marked CLICK open a window and are called synchronously in the click.
 */
export interface EntryActions {
  /** CLICK in a window or dialog. `issuer` is an {@link IssuerChoice}'s url. */
  signIn: (issuer: string) => void;
  /** After a problem that may pass. */
  retry: () => void;
  /** New device: has the kms mail a code to the wallet's mailbox. */
  requestCode: () => void;
  /** New device: the eight digits. */
  giveCode: (code: string) => void;
  /** New device: looks whether an enrolled one has approved this one meanwhile. */
  lookAgain: () => void;
  signOut: () => void;
}

/** What a person does with a question of a dApp. */
export interface ApproveActions extends EntryActions {
  approve: () => void;
  reject: () => void;
  /** CLICK. Dialog: goes on in a window of its own, where it cannot be covered. */
  openWindow: () => void;
  /** CLICK. Dialog: gives this embedding site a key of its own (`continue`). */
  proceed: () => void;
  /** Closes the window, or takes the dialog away. */
  close: () => void;
}

/** What a person does in their account. */
export interface AccountActions extends EntryActions {
  refresh: () => void;
  /** Takes every permission of an origin, and the key of its embedded dialog. */
  disconnect: (origin: string) => void;
  /** A {@link DeviceRow}'s id. */
  revokeDevice: (id: string) => void;
  /** What a new device shows, pasted; leads to `approval` in the view. */
  readDevice: (text: string) => void;
  /** After the person compared the check: enrols the device of `approval` under this name. */
  approveDevice: (name: string) => void;
  dismissDevice: () => void;
  dismissNotices: () => void;
  change: (settings: Partial<Settings>) => void;
}

/** Given to `mountApprove`: the window at /approve and the dialog. */
export interface ApproveStore {
  readonly view: Observable<ApproveView>;
  readonly actions: ApproveActions;
}

/** Given to `mountAccount`: the page at /. */
export interface AccountStore {
  readonly view: Observable<AccountView>;
  readonly actions: AccountActions;
}
