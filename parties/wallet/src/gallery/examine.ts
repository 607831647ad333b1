import type { Gallery } from './gallery.tsx';

/** Rules of axe's, by their tags or names. Between themes only contrast can differ. */
export const everyRule = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
export const contrast = ['color-contrast'];

/** Runs in the page: what axe finds on a screen, with everything unfolded. */
export async function axeFindings(runOnly: string[]): Promise<string[]> {
  for (const details of document.querySelectorAll('details')) details.open = true;
  const { violations } = await window.axe.run({ runOnly, resultTypes: ['violations'], preload: false });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => `${id} at ${target.join(' ')}: ${any.map(({ message }) => message).join('; ')}`),
  );
}

/** Runs in the page: what is too wide or too small of a screen in each of these languages, the last of which it leaves standing. */
export async function layoutFindings([name, languages]: readonly [string, readonly string[]]): Promise<string[]> {
  const html = document.documentElement;
  const found: string[] = [];
  for (const language of languages) {
    await window.gallery.show(name, language, 'light');
    for (const details of document.querySelectorAll('details')) details.open = true;
    const over = html.scrollWidth - html.clientWidth;
    if (over > 0) found.push(`${language}: ${over} px wider than the page`);
    const targets = 'button, summary, select, textarea, label.tick, nav a, .segments label';
    for (const target of document.querySelectorAll(targets)) {
      const { width, height } = target.getBoundingClientRect();
      const small = width > 0 && Math.min(width, height) < 44;
      if (small) found.push(`${language}: ${width} x ${height}: ${target.outerHTML.slice(0, 80)}`);
    }
    if (document.querySelector('[tabindex]:not([tabindex="0"], [tabindex="-1"])') !== null)
      found.push(`${language}: positive tabindex`);
    for (const details of document.querySelectorAll('details')) details.open = false;
  }
  return found;
}

/** What is used of axe-core's answers. */
interface Violation {
  id: string;
  nodes: { target: string[]; any: { message: string }[] }[];
}

declare global {
  interface Window {
    axe: { run(options: object): Promise<{ violations: Violation[] }> };
    gallery: Gallery;
  }
}
