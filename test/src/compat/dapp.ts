import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Person } from '../browser/person.ts';
import type { Call } from './pages/record.ts';

/** How long anything may take before a test says what it waited for, ms. */
const patience = 20_000;

/** What the wallet's screen says of one request, and the person's two answers. */
export interface Question {
  window: Page;
  /** The one sentence. */
  sentence: string;
  /** Which warnings stand there, by name. */
  dangers: string[];
  cautions: string[];
  /** Everything on the screen, also what is folded away; without spaces, since addresses are shown in groups. */
  text: string;
  /** Ticks every danger, and says yes. @returns what the dApp was told */
  approve(): Promise<Call>;
  reject(): Promise<Call>;
}

/** A dApp's page that writes down what it asks (pages/record.ts), and the person in front of it. */
export class Dapp {
  readonly person: Person;
  readonly page: Page;

  constructor(person: Person, page: Page) {
    this.person = person;
    this.page = page;
  }

  /** Clicks `button` (a CSS selector), which asks `name` of the wallet; gives the question once the person could answer it. */
  async ask(button: string, name: string): Promise<Question> {
    const { context } = this.person.browser;
    const before = await this.#count(name);
    const opened = context.waitForEvent('page', { timeout: patience });
    await this.page.click(button, { timeout: patience });
    const refused = this.#ended(name, before).then((call) =>
      assert.fail(`${name} ended without a question: ${JSON.stringify(call)}`),
    );
    refused.catch(() => undefined);
    const shown = opened.then((window) => this.#read(window, name, before));
    return Promise.race([shown, refused]);
  }

  /** Clicks `button`, whose request `name` ends without anything asked of the person. */
  async told(button: string, name: string): Promise<Call> {
    const before = await this.#count(name);
    await this.page.click(button, { timeout: patience });
    const call = await this.#ended(name, before);
    await this.person.closeWindows();
    return call;
  }

  /** Waits until an element of the page shows `text`, or what `text` matches. */
  async shows(element: string, text: string | RegExp): Promise<void> {
    const found = this.page.locator(element).filter({ hasText: text });
    await found
      .first()
      .waitFor({ state: 'attached', timeout: patience })
      .catch(async () => {
        assert.fail(`${element} shows ${JSON.stringify(await this.page.innerText(element))}, expected ${text}`);
      });
  }

  async #read(window: Page, name: string, before: number): Promise<Question> {
    await window.locator('[data-action="approve"]').waitFor({ timeout: patience });
    const answer = async (action: 'approve' | 'reject'): Promise<Call> => {
      await window.click(`[data-action="${action}"][aria-disabled="false"]`, { timeout: patience });
      const call = await this.#ended(name, before);
      // It would close by itself, but later than the next test begins.
      if (!window.isClosed()) await window.close();
      return call;
    };
    const named = (attribute: string) =>
      window
        .locator(`[data-${attribute}]`)
        .evaluateAll((all, key) => all.map((one) => (one as HTMLElement).dataset[key] ?? ''), attribute);
    return {
      window,
      sentence: (await window.innerText('h1')).replace(/\s+/g, ' ').trim(),
      dangers: await named('danger'),
      cautions: await named('caution'),
      text: ((await window.locator('body').textContent()) ?? '').replace(/\s/g, ''),
      async approve() {
        for (const tick of await window.locator('[data-action="acknowledge"]').all()) await tick.check();
        return answer('approve');
      },
      reject: () => answer('reject'),
    };
  }

  #count(name: string): Promise<number> {
    return this.page.evaluate((wanted) => window.calls.filter((call) => call.name === wanted).length, name);
  }

  /** The first call of that name after the first `before`, ended. */
  async #ended(name: string, before: number): Promise<Call> {
    const find = ([wanted, from]: readonly [string, number]) => {
      const call = window.calls.filter((one) => one.name === wanted)[from];
      return call?.ended === true ? call : null;
    };
    const found = await this.page
      .waitForFunction(find, [name, before] as const, { timeout: patience })
      .catch(() => assert.fail(`${name} was not answered in ${patience} ms`));
    return (await found.jsonValue()) as Call;
  }
}
