import { hasCode } from '@symbolon/client';
import type { ApproveView, Progress, Question } from '../model.ts';
import { problemOf } from '../session/problem.ts';
import type { Store } from '../store.ts';
import { DappRefusal } from './errors.ts';

/** Whether an approval counts just now; null: it does. */
export type Blocked = () => 'not-visible' | null;

/** Where one question at a time lies before the person. */
export class Desk {
  readonly #view: Store<ApproveView>;
  readonly #blocked: Blocked;
  #choose: (choice: 'approve' | 'reject' | 'retry') => void = () => {};

  constructor(view: Store<ApproveView>, blocked: Blocked) {
    this.#view = view;
    this.#blocked = blocked;
  }

  /** Resolves when the person approved. Throws DappRefusal `user-rejected`, or why the question was taken away. */
  async ask(question: Question, signal: AbortSignal): Promise<void> {
    this.show({ step: 'ask', question, busy: false, blocked: this.#blocked() });
    const choice = await this.#choice(signal);
    if (choice === 'reject') {
      this.show({ step: 'done', outcome: 'rejected' });
      throw new DappRefusal('user-rejected');
    }
    this.show({ step: 'ask', question, busy: true, blocked: null });
  }

  /**
   * Runs what an approval set going. Where it fails in a way that may pass, the person sees why and may try again or give up.
   * Throws DappRefusal `user-rejected` where they give up, `wallet-unavailable` where there is nothing to try.
   */
  async work<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      const before = this.#view.state.progress;
      try {
        return await run();
      } catch (error) {
        if (error instanceof DappRefusal) throw error;
        const problem = problemOf(error);
        this.show({ step: 'problem', problem });
        if (!problem.retry || hasCode(error, 'transaction-refused')) {
          throw new DappRefusal('wallet-unavailable', undefined, error);
        }
        if ((await this.#choice(signal)) === 'reject') throw new DappRefusal('user-rejected');
        this.show(before);
      }
    }
  }

  show(progress: Progress): void {
    this.#view.set({ progress });
  }

  /** Whether the button counts has changed: the screen says so. */
  visibilityChanged(): void {
    const { progress } = this.#view.state;
    if (progress.step === 'ask' && !progress.busy) this.show({ ...progress, blocked: this.#blocked() });
  }

  /** Checked again at the very click: what covers the page may have come a moment ago. */
  approve(): void {
    const { progress } = this.#view.state;
    if (progress.step !== 'ask' || progress.busy || this.#view.state.release === 'release-withdrawn') return;
    if (this.#blocked() === null) this.#choose('approve');
    else this.visibilityChanged();
  }

  reject(): void {
    this.#choose('reject');
  }

  retry(): void {
    this.#choose('retry');
  }

  #choice(signal: AbortSignal): Promise<'approve' | 'reject' | 'retry'> {
    return new Promise((resolve, reject) => {
      const gone = () => {
        this.#choose = () => {};
        this.show({ step: 'idle' });
        reject(signal.reason);
      };
      if (signal.aborted) return gone();
      signal.addEventListener('abort', gone, { once: true });
      this.#choose = (choice) => {
        this.#choose = () => {};
        signal.removeEventListener('abort', gone);
        resolve(choice);
      };
    });
  }
}
