import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { bundle } from './build.ts';
import { serve } from './serve.ts';

export const sizes = { small: { width: 360, height: 640 }, wide: { width: 1280, height: 800 } } as const;
export const languages = ['de', 'ar', 'en'] as const;

const screenshots = fileURLToPath(new URL('../../dist/screenshots/', import.meta.url));

/** A browser in which every screen can be shown. */
export interface OpenGallery extends AsyncDisposable {
  /** What its pages wrote to the console, or threw. */
  readonly complaints: readonly string[];
  open: (size: { width: number; height: number }) => Promise<Page>;
}

/** Has `browser` show the screens; it ends with the gallery. */
export async function openGallery(browser: AsyncDisposable & { open: () => Promise<Page> }): Promise<OpenGallery> {
  await using undo = new AsyncDisposableStack();
  undo.use(browser);
  mkdirSync(screenshots, { recursive: true });
  const { files } = await bundle('../gallery/gallery.tsx');
  files.set('/axe.js', readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js'))));
  const { url } = undo.use(await serve(files));
  const complaints: string[] = [];
  const running = undo.move();
  return {
    complaints,
    async open(size) {
      const page = await browser.open();
      page.on('console', (message) => complaints.push(`console: ${message.text()}`));
      page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.setViewportSize(size);
      await page.goto(url);
      await page.evaluate(() => import(new URL('/axe.js', location.href).href));
      return page;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Makes the window as high as the screen in it needs: what is fixed to the window's edge stays there. */
export async function fit(page: Page, size: { width: number; height: number }): Promise<void> {
  const needed = await page.evaluate(() => document.documentElement.scrollHeight);
  if (needed > size.height) await page.setViewportSize({ ...size, height: needed });
}

/** Keeps a picture of what is in the window. */
export async function shoot(page: Page, name: string): Promise<void> {
  // Nothing moves and no caret blinks here: the browser need not be told to stop that.
  const still = { animations: 'allow', caret: 'initial' } as const;
  await page.screenshot({ path: join(screenshots, `${name}.jpg`), type: 'jpeg', quality: 90, ...still });
}
