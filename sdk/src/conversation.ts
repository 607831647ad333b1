import { refusal, SymbolonError } from './errors.ts';
import { isObject } from './plain.ts';
import { randomId } from './random.ts';
import { readEvent, type WalletEvent, type WalletRequest } from './wire.ts';

/** What is asked; the conversation adds the id. */
export type Question = Omit<WalletRequest, 'id'>;

/** Requests to one page of the wallet, and its answers, whatever carries them. */
export interface Conversation {
  /** Resolves with the result as the wallet sent it. Rejects with a SymbolonError. */
  ask: (question: Question) => Promise<unknown>;
  /** Takes what came from the wallet. Never throws, whatever it is. */
  hear: (message: unknown) => void;
  /** Ends it: everything unanswered is rejected with `error`, and so is everything asked later. */
  end: (error: SymbolonError) => void;
  readonly ended: boolean;
}

/**
 * Speaks the port protocol over anything that carries messages. Each id is answered once: by the first message with that id,
 * by the deadline, or by the end. Messages with unknown or used ids are dropped.
 */
export function converse(post: (message: WalletRequest) => void, onEvent: (event: WalletEvent) => void): Conversation {
  const waiting = new Map<string, (answer: Record<string, unknown> | SymbolonError) => void>();
  let ending: SymbolonError | null = null;

  function settle(id: string, answer: Record<string, unknown> | SymbolonError): void {
    const settleOne = waiting.get(id);
    waiting.delete(id);
    settleOne?.(answer);
  }

  return {
    ask(question) {
      if (ending !== null) return Promise.reject(ending);
      const id = randomId();
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => settle(id, refusal('no-answer')), Math.max(0, question.deadline - Date.now()));
        waiting.set(id, (answer) => {
          clearTimeout(timer);
          if (answer instanceof SymbolonError) reject(answer);
          else if ('error' in answer || !('result' in answer)) reject(readError(answer));
          else resolve(answer['result']);
        });
        post({ id, ...question });
      });
    },
    hear(message) {
      if (!isObject(message)) return;
      const { id } = message;
      if (typeof id === 'string') return settle(id, message);
      const event = readEvent(message);
      if (event !== null) onEvent(event);
    },
    end(error) {
      ending ??= error;
      for (const id of waiting.keys()) settle(id, error);
    },
    get ended() {
      return ending !== null;
    },
  };
}

/** The wallet's refusal as an error of ours; text of a stranger's making is cut, and nothing but the known fields taken. */
function readError({ error, ...rest }: Record<string, unknown>): SymbolonError {
  if (!isObject(error) || 'result' in rest) return refusal('malformed-answer');
  const { code, reason, message } = error;
  if (typeof code !== 'number' || !Number.isSafeInteger(code) || typeof message !== 'string') {
    return refusal('malformed-answer');
  }
  const known = typeof reason === 'string' && /^[a-z0-9-]{1,64}$/.test(reason);
  return new SymbolonError(code, known ? reason : 'unknown', message.slice(0, 1000));
}
