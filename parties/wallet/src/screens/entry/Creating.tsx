import { useLanguage } from '../context.ts';
import { Card } from '../page.tsx';
import { Heading } from '../pieces/Heading.tsx';

export function Creating({ done, of }: { done: number; of: number }) {
  const { words } = useLanguage();
  const { heading, lead, progress } = words.creating;
  const step = progress(Math.min(done + 1, of), of);
  return (
    <Card>
      <Halves />
      <Heading>{heading}</Heading>
      <p class="lead">{lead}</p>
      <progress value={done} max={of} aria-label={step} />
      <p class="quiet-note">{step}</p>
    </Card>
  );
}

/** The token while it is broken. */
function Halves() {
  return (
    <svg class="halves" viewBox="0 0 96 64" aria-hidden="true" focusable="false">
      <path class="half-a" d="M44 6a26 26 0 0 0 0 52l5-11-8-9 9-10-8-9z" />
      <path class="half-b" d="M52 6a26 26 0 0 1 0 52l5-11-8-9 9-10-8-9z" />
    </svg>
  );
}
