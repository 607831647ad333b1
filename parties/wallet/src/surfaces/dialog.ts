import type { ApproveView } from '../model.ts';
import { mountApprove } from '../screens/mount.tsx';
import { firstSettings } from '../settings.ts';
import { type ApproveActions, Store } from '../store.ts';
import { meet } from '../window/handshake.ts';
import { portLine } from '../window/line.ts';
import { watchRelease } from '../worker/register.ts';
import { approveActions, late } from './late.ts';
import { loadConfig, notStarted, orReload, root, surroundings } from './page.ts';

const view = new Store<ApproveView>({
  surface: 'dialog',
  progress: { step: 'idle' },
  app: null,
  development: false,
  release: null,
  settings: firstSettings,
});
let engine: ApproveActions | null = null;
const actions = late<ApproveActions>(approveActions, () => engine);
mountApprove(root(), { view, actions: orReload(actions, view) });
watchRelease((release) => view.set({ release }));
run().catch(() => view.set({ progress: { step: 'problem', problem: notStarted } }));

/** The page at /dialog/APPID, which only the registered origins of that app may embed: its server says so, the browser obeys. */
async function run(): Promise<void> {
  const loading = import('../approve/serveDialog.ts');
  const asker = window.parent === window ? null : window.parent;
  const [config, { origin, port, handOver }] = await Promise.all([loadConfig(), meet(surroundings(asker))]);
  if (handOver !== null) return;
  view.set({ app: { origin, name: null, icon: null }, development: config.deployment.mode === 'development' });
  const { serveDialog } = await loading;
  engine = await serveDialog({ config, view, origin, line: portLine(port) });
}
