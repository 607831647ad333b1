import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'node:test';
import type { Person } from '../browser/person.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'dist', 'screenshots');

/** After a test that failed: a picture of every page, in dist/screenshots, and what stands there. Then windows are closed. */
export function keepScreensOfFailures(who: () => Person | undefined): void {
  afterEach(async (context) => {
    const person = who();
    if (person === undefined) return;
    if ('diagnostic' in context && !(context as { passed?: boolean }).passed) {
      for (const screen of await person.screens()) context.diagnostic(screen.slice(0, 2_000));
      mkdirSync(folder, { recursive: true });
      const name = context.name.replace(/[^a-z0-9]+/gi, '-').slice(0, 60);
      const pages = person.browser.context.pages().filter((page) => page.url() !== 'about:blank');
      for (const [at, page] of pages.entries()) {
        const path = join(folder, `compat-${name}-${at}.png`);
        await page.screenshot({ path, timeout: 5_000 }).then(
          () => context.diagnostic(path),
          (error: Error) => context.diagnostic(error.message),
        );
      }
    }
    await person.closeWindows();
  });
}
