import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useLanguage } from '../context.ts';

/** The one heading of a screen. Focus moves to it when the screen appears, and it names the page. */
export function Heading({ children }: { children: ComponentChildren }) {
  const { words } = useLanguage();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    document.title = words.title(heading.current?.textContent ?? '');
  });
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
