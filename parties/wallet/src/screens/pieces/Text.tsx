import { reveal } from './reveal.ts';

/** Words that a stranger wrote: text only, with a direction of their own, and nothing invisible in them. */
export function Text({ children, class: name }: { children: string; class?: string }) {
  return <bdi class={name}>{reveal(children)}</bdi>;
}

/** Text as it is signed: every line break and space as it stands, never wider than the page. Focusable, so that keys can scroll it. */
export function Exact({ children, label }: { children: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard (WCAG 2.1.1)
    <figure class="exact" tabIndex={0} aria-label={label}>
      <pre dir="auto">{reveal(children)}</pre>
    </figure>
  );
}
