import type { ShareStore } from '@symbolon/share-store';
import type { StatementFollower } from './statements.ts';
import type { CloudStore } from './store.ts';

/** What the operations of this party work with. */
export interface Cloud {
  shares: ShareStore;
  store: CloudStore;
  statements: StatementFollower;
}
