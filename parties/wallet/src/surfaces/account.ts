import type { AccountView } from '../model.ts';
import { mountAccount } from '../screens/mount.tsx';
import { firstSettings } from '../settings.ts';
import { type AccountActions, Store } from '../store.ts';
import { watchRelease } from '../worker/register.ts';
import { accountActions, late } from './late.ts';
import { loadConfig, notStarted, orReload, root } from './page.ts';

const query = new URLSearchParams(location.search);
const view = new Store<AccountView>({
  progress: { step: 'loading' },
  account: null,
  approval: null,
  failed: null,
  notices: [],
  busy: null,
  thenClose: location.pathname === '/' && query.get('then') === 'close',
  development: false,
  release: null,
  settings: firstSettings,
});
let engine: AccountActions | null = null;
const actions = late(accountActions, () => engine);
mountAccount(root(), { view, actions: orReload(actions, view) });
watchRelease((release) => view.set({ release }));
run().catch(() => view.set({ progress: { step: 'problem', problem: notStarted } }));

/** The page at / and /callback: the person's account, or the sign-in that a waiting window asked for. */
async function run(): Promise<void> {
  const loading = import('../account/account.ts');
  const config = await loadConfig();
  view.set({ development: config.deployment.mode === 'development' });
  const { thenClose } = view.state;
  const issuer = query.get('issuer');
  // Only an issuer of the configuration, and only where this window is there for nothing else.
  const began = thenClose && config.issuers.some(({ url }) => url === issuer) ? issuer : null;
  const { openAccount } = await loading;
  engine = await openAccount(config, view, began);
}
