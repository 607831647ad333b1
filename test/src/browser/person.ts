import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { type Chromium, startChromium } from '../support/chromium.ts';
import type { BrowserWorld } from './browserWorld.ts';

/** What the demo dApp wrote down of one request. */
export interface Told {
  title: string;
  detail: string;
  refused: boolean;
}

/** Clicks a button by its whole name: what a person reads on it. */
export const click = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

/** Does what opens a window, and gives that window. */
export async function windowFrom(page: Page, act: () => Promise<unknown>): Promise<Page> {
  const [opened] = await Promise.all([page.waitForEvent('popup'), act()]);
  return opened;
}

/** Does what ends a request of the demo dApp, and gives what the dApp was told. */
export async function answerTo(dapp: Page, act: () => Promise<unknown>): Promise<Told> {
  const entries = dapp.locator('[data-show="log"] > li');
  const before = await entries.count();
  await act();
  const newest = entries.first();
  await dapp.waitForFunction((count) => document.querySelectorAll('[data-show="log"] > li').length > count, before);
  const detail = (await newest.locator('code').count()) === 0 ? '' : await newest.locator('code').innerText();
  const text = await newest.innerText();
  const refused = (await newest.getAttribute('class')) === 'refused';
  return { title: text.replace(detail, '').trim(), detail, refused };
}

/** Clicks a button of the wallet's window: it answers the dApp, and closes when nothing else is asked. */
export async function decide(dapp: Page, window: Page, decision: string): Promise<Told> {
  const closed = window.waitForEvent('close');
  const told = await answerTo(dapp, () => click(window, decision));
  await closed;
  return told;
}

/** Somebody at a browser of their own. */
export class Person implements AsyncDisposable {
  readonly browser: Chromium;
  readonly #world: BrowserWorld;

  private constructor(world: BrowserWorld, browser: Chromium) {
    this.#world = world;
    this.browser = browser;
  }

  static async arrive(world: BrowserWorld): Promise<Person> {
    return new Person(world, await startChromium());
  }

  /** The account page, at once after one click at the provider, or signed in already. */
  async signIn(email = 'ada@example.com'): Promise<Page> {
    const page = await this.browser.open(this.#world.wallet);
    await click(page, /Continue with .*Example ID/);
    await page.getByRole('button', { name: email }).click();
    return page;
  }

  /** The account page of somebody who has a wallet on this browser, or gets one now. */
  async account(email = 'ada@example.com'): Promise<{ page: Page; address: string }> {
    const page = await this.signIn(email);
    await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
    return { page, address: await addressOn(page) };
  }

  /** Signs in from a wallet window that asks for it: in a window of its own, which closes by itself. */
  async signInFrom(window: Page, email = 'ada@example.com'): Promise<void> {
    const signIn = await windowFrom(window, () => click(window, /Continue with .*Example ID/));
    await Promise.all([signIn.waitForEvent('close'), signIn.getByRole('button', { name: email }).click()]);
  }

  /** Opens a dApp and connects to it. Signed in already, with a wallet. */
  async connect(origin: string): Promise<Page> {
    const dapp = await this.browser.open(origin);
    const window = await windowFrom(dapp, () => click(dapp, 'Connect'));
    const told = await decide(dapp, window, 'Connect');
    assert.equal(told.title, 'Connected');
    return dapp;
  }

  /** Clicks a button of the dApp, and one in the wallet's window that this opens. */
  async ask(dapp: Page, button: string, decision: string): Promise<Told> {
    const window = await windowFrom(dapp, () => click(dapp, button));
    return decide(dapp, window, decision);
  }

  /** What stands on every page that is open: for whoever reads why a test failed. */
  async screens(): Promise<string[]> {
    const pages = this.browser.context.pages();
    const text = (page: Page) => page.innerText('body', { timeout: 1_000 }).catch((error: Error) => error.message);
    return Promise.all(pages.map(async (page) => `${page.url()}: ${JSON.stringify(await text(page))}`));
  }

  /** Closes every window of the wallet that a dApp opened. */
  async closeWindows(): Promise<void> {
    const windows = this.browser.context.pages().filter((page) => page.url().includes('/approve'));
    await Promise.all(windows.map((window) => window.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser[Symbol.asyncDispose]();
  }
}

/** The checksummed address that a page of the wallet or of the demo dApp shows. */
export async function addressOn(page: Page): Promise<`0x${string}`> {
  const text = await page
    .getByText(/^\s*0x[0-9a-fA-F]{40}\s*$/)
    .first()
    .innerText();
  return text.replace(/\s/g, '') as `0x${string}`;
}

/** Goes to a section of the account page. */
export async function openSection(page: Page, name: 'Activity' | 'Apps' | 'Devices' | 'Settings'): Promise<void> {
  await page.getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { name: name === 'Apps' ? 'Connected apps' : name, exact: true }).waitFor();
}
