import type { Secret } from '@symbolon/crypto';
import type { ShareStore } from '@symbolon/share-store';
import type { StatementLog } from './statements.ts';
import type { KmsStore } from './store.ts';

/** What the operations of this party work with. */
export interface Kms {
  shares: ShareStore;
  store: KmsStore;
  statements: StatementLog;
  /** Key of the hashes under which mail codes lie. */
  codeKey: Secret;
  /** Mail waits in the outbox: tells the sender to look. */
  mailWaits: () => void;
}
