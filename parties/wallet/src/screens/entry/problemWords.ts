import type { Problem, ProblemCode } from '../../model.ts';
import type { Words } from '../../words/en.ts';

type Sentence = Exclude<keyof Words['problem'], 'heading' | 'code' | 'parties' | 'someone'>;

/** Which sentence a person is told for each code: of the device's side, of a refusal towards an app, of the page. */
const sentences: Record<ProblemCode, Sentence> = {
  'party-unreachable': 'unreachable',
  'party-refused': 'refused',
  'party-answer-invalid': 'distrust',
  'not-signed-in': 'signInAgain',
  'sign-in-failed': 'signInFailed',
  'sign-in-needed': 'signInAgain',
  'session-ended': 'signInAgain',
  'evidence-refused': 'distrust',
  'statements-refused': 'distrust',
  'deed-invalid': 'distrust',
  'deed-rolled-back': 'distrust',
  'wallet-changed': 'distrust',
  'wallet-missing': 'distrust',
  'stores-disagree': 'distrust',
  'no-wallet': 'signInAgain',
  'wallet-exists': 'walletExists',
  'not-enrolled': 'notEnrolled',
  'device-known': 'deviceKnown',
  'device-unknown': 'notEnrolled',
  'device-revoked': 'deviceRevoked',
  'key-invalid': 'general',
  'curve-missing': 'intent',
  'intent-refused': 'intent',
  'intent-too-large': 'intent',
  'signing-refused': 'refused',
  'signer-changed': 'busy',
  'signature-invalid': 'distrust',
  'receipts-inconsistent': 'distrust',
  'storage-corrupt': 'storage',
  'request-text-invalid': 'requestText',
  'transaction-refused': 'transactionRefused',
  'transaction-timeout': 'transactionSlow',
  'user-rejected': 'general',
  'cooling-down': 'tooMany',
  'not-connected': 'intent',
  'other-account': 'intent',
  'method-unsupported': 'intent',
  'sign-only-off': 'intent',
  'chain-not-offered': 'intent',
  'asset-unsupported': 'intent',
  'params-invalid': 'intent',
  'typed-data-invalid': 'intent',
  'transaction-invalid': 'intent',
  'chain-mismatch': 'intent',
  'request-malformed': 'intent',
  'request-too-large': 'intent',
  'request-repeated': 'intent',
  'too-many-requests': 'tooMany',
  'deadline-passed': 'expired',
  'chain-unreachable': 'unreachable',
  'wallet-unavailable': 'general',
  'capability-unsupported': 'intent',
  'calls-chain-unsupported': 'intent',
  'calls-id-repeated': 'intent',
  'calls-unknown': 'intent',
  'calls-too-large': 'intent',
  'atomicity-unsupported': 'intent',
  'page-incomplete': 'pageIncomplete',
  'origin-unclear': 'origin',
  unexpected: 'general',
};

/** The sentence for a problem. */
export function sentenceOf({ code, party }: Problem, { problem }: Words): string {
  const sentence = problem[sentences[code]];
  if (typeof sentence === 'string') return sentence;
  const who = code === 'chain-unreachable' ? 'chain' : party;
  return sentence(who === null ? problem.someone : problem.parties[who]);
}
