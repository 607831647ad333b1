import type { Gallery } from './gallery.tsx';

/**
 * Runs in the page: what is wrong with a screen, with everything unfolded. Only contrast depends on the theme, so the dark theme is
 * examined for that alone.
 */
export async function examine(theme: 'light' | 'dark'): Promise<string[]> {
  const { axe } = window;
  const html = document.documentElement;
  for (const details of document.querySelectorAll('details')) details.open = true;

  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const runOnly = theme === 'light' ? tags : ['color-contrast'];
  const { violations } = await axe.run({ runOnly, resultTypes: ['violations'], preload: false });
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => `${id} at ${target.join(' ')}: ${any.map(({ message }) => message).join('; ')}`),
  );

  if (html.scrollWidth > html.clientWidth) found.push(`${html.scrollWidth - html.clientWidth} px wider than the page`);
  for (const target of document.querySelectorAll(
    'button, summary, select, textarea, label.tick, nav a, .segments label',
  )) {
    const { width, height } = target.getBoundingClientRect();
    if (width > 0 && Math.min(width, height) < 44) found.push(`${width} x ${height}: ${target.outerHTML.slice(0, 80)}`);
  }
  if (document.querySelector('[tabindex]:not([tabindex="0"], [tabindex="-1"])') !== null)
    found.push('positive tabindex');
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
