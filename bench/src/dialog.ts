import { bootBrowserWorld } from '../../test/src/browser/browserWorld.ts';
import { answerTo, click, Person, windowFrom } from '../../test/src/browser/person.ts';
import { percentile } from './load.ts';

type Page = Awaited<ReturnType<Person['signIn']>>;
type Frame = ReturnType<Page['mainFrame']>;

/** From a click in a dApp's page, ms. */
interface Appearance {
  /** Until the question is painted and can be answered with no. */
  asked: number;
  /** Until yes counts: by design no sooner than half a second after the question appeared and was proved visible. */
  yes: number;
}

/** In every frame, before its first script: when a click, a question and a yes that counts were there, ms since 1970. */
interface Seen {
  clicked: number;
  asked: number;
  yes: number;
}

const rounds = 15;

/**
 * How long a person waits for the embedded dialog in a real Chromium, with all parties as processes: where the page has shown it
 * before, and where the page was loaded anew and the dialog comes from what the browser keeps.
 */
export async function measureDialog(): Promise<string> {
  await using world = await bootBrowserWorld();
  await using person = await Person.arrive(world);
  await person.account();
  await person.browser.context.addInitScript(watch);
  const dapp = await person.browser.open(await world.site('bench', { name: 'Bench', embeds: true }));
  await letIn(dapp);
  await appearance(dapp);

  const again: Appearance[] = [];
  const anew: Appearance[] = [];
  for (let round = 0; round < rounds; round += 1) again.push(await appearance(dapp));
  for (let round = 0; round < rounds; round += 1) {
    await dapp.reload();
    await dapp.getByRole('button', { name: 'Sign a message' }).waitFor();
    anew.push(await appearance(dapp));
  }
  return [
    `dialog in Chromium, ms from the click, ${rounds} each        p50    p95`,
    line('shown before on this page: question', again, 'asked'),
    line('shown before on this page: yes counts', again, 'yes'),
    line('page loaded anew: question', anew, 'asked'),
    line('page loaded anew: yes counts', anew, 'yes'),
  ].join('\n');
}

function line(what: string, all: readonly Appearance[], which: keyof Appearance): string {
  const sorted = Float64Array.from(all, (one) => one[which]).sort();
  const at = (part: number) => percentile(sorted, part).toFixed(0).padStart(7);
  return `  ${what.padEnd(46)}${at(0.5)}${at(0.95)}`;
}

/** Gives the dialog in this page its own key. */
async function letIn(dapp: Page): Promise<void> {
  await click(dapp, 'Connect');
  const frame = await dialogOf(dapp);
  const window = await windowFrom(dapp, () => button(frame, 'Continue').click());
  await answerTo(dapp, async () => {
    await click(window, 'Allow');
    await window.getByRole('button', { name: 'ada@example.com' }).click();
  });
}

/** One message, asked for and signed. */
async function appearance(dapp: Page): Promise<Appearance> {
  await click(dapp, 'Sign a message');
  const frame = await dialogOf(dapp);
  const yes = button(frame, 'Sign');
  await yes.and(frame.locator(':not([aria-disabled=true])')).waitFor();
  const { clicked } = await seenIn(dapp.mainFrame());
  const seen = await seenIn(frame);
  await answerTo(dapp, () => yes.click());
  return { asked: seen.asked - clicked, yes: seen.yes - clicked };
}

async function dialogOf(dapp: Page): Promise<Frame> {
  const frame = await (await dapp.waitForSelector('iframe', { state: 'attached' })).contentFrame();
  if (frame === null) throw new Error('there is no dialog');
  return frame;
}

const button = (frame: Frame, name: string) => frame.getByRole('button', { name, exact: true });
const seenIn = (frame: Frame): Promise<Seen> => frame.evaluate(() => window.dialogSeen);

/** Runs in the page. */
function watch(): void {
  const seen = { clicked: 0, asked: 0, yes: 0 };
  window.dialogSeen = seen;
  const now = () => performance.timeOrigin + performance.now();
  addEventListener(
    'click',
    ({ timeStamp }) => {
      seen.clicked = performance.timeOrigin + timeStamp;
    },
    true,
  );
  const there = { asked: false, yes: false };
  const selectors = {
    asked: '[data-action=reject]',
    yes: '[data-action=approve]:not([aria-disabled=true])',
  } as const;
  const look = () => {
    for (const what of ['asked', 'yes'] as const) {
      const found = document.querySelector(selectors[what]) !== null;
      if (found === there[what]) continue;
      there[what] = found;
      if (!found) continue;
      // The frame after the one that draws it: then it was on the screen.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          seen[what] = now();
        }),
      );
    }
  };
  const options = { subtree: true, childList: true, attributes: true };
  new MutationObserver(look).observe(document, options);
}

declare global {
  interface Window {
    dialogSeen: Seen;
  }
}
