import type { NativeRecipient } from '@symbolon/crypto/native';
import type { Deployment } from '@symbolon/protocol';
import type { DeedVerifier, ProofVerifier, TokenVerifier } from '@symbolon/verify';
import type { KmsLink } from './kmsLink.ts';
import type { OutcomeReporter } from './outcomes.ts';

/** What the signer works with. Its keys are made at its start and end with it; it keeps nothing of any wallet. */
export interface Signer {
  deployment: Deployment;
  /** Names this process: the hash of its keys, which its evidence binds. 32 bytes. */
  id: Uint8Array;
  sealing: NativeRecipient;
  tokens: TokenVerifier;
  proofs: ProofVerifier;
  deeds: DeedVerifier;
  kms: KmsLink;
  outcomes: OutcomeReporter;
  /** The host's clock, ms: the host may set it, so both stores' signed times are compared with it. */
  now: () => number;
}
