import type { ClearSigner } from './clear.ts';
import type { Explainer } from './explainer.ts';
import { explainMessage } from './message.ts';
import { explainTransaction } from './transaction.ts';
import { explainTypedData } from './typedData.ts';

/** The wallet's own words where it knows what a request means, and those of the request's descriptor where there is one. */
export function explainer(clear: ClearSigner, now: () => number): Explainer {
  return {
    message: async (message, circumstances) => explainMessage(message, circumstances, now()),
    typedData: (typedData, circumstances) => explainTypedData(typedData, circumstances, clear),
    transaction: (transaction, circumstances, reverts) =>
      explainTransaction(transaction, circumstances, reverts, clear),
  };
}
