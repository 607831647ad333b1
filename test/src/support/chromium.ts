import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { toolPath } from '../../../bin/tools.ts';

/** A browser process with a profile of its own: one person at one machine. */
export interface Chromium extends AsyncDisposable {
  /** The profile: every page and popup is in it. */
  context: BrowserContext;
  /** A new tab, at `url` where one is given. */
  open(url?: string): Promise<Page>;
  /** Ends the browser and removes its profile; nothing stays. */
  [Symbol.asyncDispose](): Promise<void>;
}

const startDeadlineMs = 60_000;

/** Chromium's own behaviour is what is tested: Playwright's flags (it switches storage partitioning off) are not used. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-breakpad',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--no-default-browser-check',
  '--password-store=basic',
  '--remote-debugging-port=0',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE *.localhost , EXCLUDE 127.0.0.1',
];

/** The shell ends the browser, and whatever else of the group there is, when its input ends: also when this process is killed. */
const leash = '"$@" </dev/null & read -r _; kill -KILL $!; wait $!; kill -KILL 0';

/** Starts a browser with a fresh profile. Throws where none is installed or it does not come up in a minute, with what it said. */
export async function startChromium(): Promise<Chromium> {
  await using undo = new AsyncDisposableStack();
  const profile = mkdtempSync(join(tmpdir(), 'symbolon-chromium-'));
  undo.defer(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));

  const command = [toolPath('chromium'), ...flags, `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn('/bin/sh', ['-c', leash, 'sh', ...command], {
    stdio: ['pipe', 'ignore', 'pipe'],
    // A group of its own: the leash ends that, and nothing else.
    detached: true,
    // Its caches and settings stay in the profile.
    env: { PATH: process.env.PATH, HOME: profile, TMPDIR: profile },
  });
  undo.defer(async () => {
    const gone = once(child, 'exit');
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) await gone;
  });

  const browser = undo.adopt(await chromium.connectOverCDP(await debuggerUrl(child.stderr)), (open) => open.close());
  const [context] = browser.contexts();
  if (context === undefined) throw new Error('the browser has no profile');
  context.setDefaultTimeout(90_000);
  const running = undo.move();
  return {
    context,
    async open(url) {
      const page = await context.newPage();
      if (url !== undefined) await page.goto(url);
      return page;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Where the browser says that it can be spoken to. */
async function debuggerUrl(stderr: NodeJS.ReadableStream): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = '';
  stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-20_000);
    const url = /DevTools listening on (ws:\/\/\S+)/.exec(said)?.[1];
    if (url !== undefined) resolve(url);
  });
  const late = setTimeout(() => reject(new Error(`Chromium does not start. It said: ${said}`)), startDeadlineMs);
  return promise.finally(() => clearTimeout(late));
}
