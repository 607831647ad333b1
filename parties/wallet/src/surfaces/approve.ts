import type { Config } from '../config.ts';
import type { ApproveView } from '../model.ts';
import { mountApprove } from '../screens/mount.tsx';
import { firstSettings } from '../settings.ts';
import { type ApproveActions, Store } from '../store.ts';
import { mayAsk, meet } from '../window/handshake.ts';
import { portLine } from '../window/line.ts';
import { watchRelease } from '../worker/register.ts';
import { approveActions, late } from './late.ts';
import { loadConfig, notStarted, orReload, root, surroundings } from './page.ts';

const view = new Store<ApproveView>({
  surface: 'window',
  progress: { step: 'loading' },
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

/** The window at /approve, which a site opened: who asks, one question at a time, exactly one answer each. */
async function run(): Promise<void> {
  const { hash } = location;
  const opener = window.opener as Window | null;
  const loading = import('../approve/serve.ts');
  const config = await loadConfig();
  // The site's key for the relay is for this page alone, not for whoever reads the address later; loaded anew, it is needed.
  history.replaceState(null, '', location.pathname);
  view.set({ development: config.deployment.mode === 'development' });
  if (opener === null) return serveThroughRelay(config, hash);

  const { origin, port, handOver } = await meet(surroundings(opener));
  view.set({ app: { origin, name: null, icon: null } });
  const parts = { config, view, origin, line: portLine(port) };
  if (handOver?.do === 'enrol') {
    const { enrol } = await import('../partition/enrol.ts');
    engine = await enrol(parts, handOver);
  } else {
    const { serve } = await loading;
    engine = await serve({ ...parts, connected: handOver?.connected ?? null });
  }
}

/**
 * No window asks: the site's COOP cut it off, or a link led here. The only word on who that was is the browser's own, the
 * referrer; it is taken from registered sites only, which are there for people to come from.
 */
async function serveThroughRelay(config: Config, hash: string): Promise<void> {
  const nobody = () =>
    view.set({ progress: { step: 'problem', problem: { code: 'origin-unclear', retry: false, party: 'app' } } });
  const origin = URL.parse(document.referrer)?.origin ?? 'null';
  const [{ meetAtRelay, readInvitation }, { lookUp }, { serve }] = await Promise.all([
    import('../window/relay.ts'),
    import('../approve/registry.ts'),
    import('../approve/serve.ts'),
  ]);
  const invitation = readInvitation(hash);
  if (invitation === null || !mayAsk(origin) || origin === location.origin) return nobody();
  const { url } = config.deployment.cloud;
  if ((await lookUp(url, origin, fetch)) === null) return nobody();
  view.set({ app: { origin, name: null, icon: null } });
  const line = await meetAtRelay(url, invitation);
  engine = await serve({ config, view, origin, line, connected: null });
}
