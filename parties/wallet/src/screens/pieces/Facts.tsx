import type { ComponentChildren } from 'preact';

/** Names and values, each pair on a row of its own. */
export function Facts({ children }: { children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({
  name,
  children,
  depth = 0,
}: {
  name: ComponentChildren;
  children: ComponentChildren;
  depth?: number;
}) {
  return (
    <div class="fact" data-depth={Math.min(depth, 4)}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
