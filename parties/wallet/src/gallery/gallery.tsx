import { render } from 'preact';
import type { Settings } from '../model.ts';
import { mountAccount, mountApprove } from '../screens/mount.tsx';
import { type AccountActions, type ApproveActions, Store } from '../store.ts';
import { type Fixture, fixtures } from './fixtures.ts';

/** Only for tests: shows any screen with made-up content, through the same mount functions as the wallet. */
export interface Gallery {
  names: string[];
  /** What the screen shown last asked of the engine. */
  asked: string[];
  show: (name: string, language: string, theme: Settings['theme']) => Promise<void>;
  /** The other theme for what is shown: folded, as it appeared. */
  paint: (theme: Settings['theme']) => void;
}

let root: HTMLElement = document.body.appendChild(document.createElement('div'));
const asked: string[] = [];

async function show(name: string, language: string, theme: Settings['theme']): Promise<void> {
  const fixture = fixtures[name];
  if (fixture === undefined) throw new Error(`no screen ${name}`);
  render(null, root);
  const next = document.createElement('div');
  root.replaceWith(next);
  root = next;
  asked.length = 0;
  scrollTo(0, 0);
  mount(fixture, { ...fixture.view.settings, language, theme });
  await appeared(fixture);
}

function mount(fixture: Fixture, settings: Settings): void {
  if (fixture.surface === 'approve') {
    mountApprove(root, { view: new Store({ ...fixture.view, settings }), actions: recorder<ApproveActions>() });
    return;
  }
  history.replaceState(null, '', `#${fixture.section ?? 'home'}`);
  mountAccount(root, { view: new Store({ ...fixture.view, settings }), actions: recorder<AccountActions>() });
}

/** Writes down each action's name instead of doing it. */
function recorder<Actions extends ApproveActions | AccountActions>(): Actions {
  const actions = new Proxy({}, { get: (_, action) => () => asked.push(String(action)) });
  return actions as Actions;
}

/** Languages and the QR code are loaded when they are first needed. */
async function appeared(fixture: Fixture): Promise<void> {
  await until(() => root.querySelector('h1, .waiting') !== null);
  if (fixture.surface === 'account' && fixture.press !== undefined) {
    root.querySelector<HTMLElement>(`[data-action="${fixture.press}"]`)?.click();
    await until(() => root.querySelector('dialog[open], .qr') !== null);
  }
  await until(() => root.querySelector('.qr[aria-busy="true"]') === null);
}

async function until(holds: () => boolean): Promise<void> {
  const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
  do await next();
  while (!holds());
}

function paint(theme: Settings['theme']): void {
  document.documentElement.dataset['theme'] = theme;
  for (const details of root.querySelectorAll('details')) details.open = false;
  scrollTo(0, 0);
}

window.gallery = { names: Object.keys(fixtures), asked, show, paint };
