import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { App } from '../../model.ts';
import type { ApproveActions } from '../../store.ts';
import { useEscape, useLanguage, useSay, useSettled } from '../context.ts';
import { Card } from '../page.tsx';
import { Button } from '../pieces/Button.tsx';
import { Heading } from '../pieces/Heading.tsx';
import { AppBadge } from './AppBadge.tsx';

export interface Choice {
  busy: boolean;
  blocked: 'not-visible' | 'release-withdrawn' | null;
  actions: ApproveActions;
}

interface Props {
  app: App;
  heading: ComponentChildren;
  /** What the yes is called. */
  yes: string;
  choice: Choice;
  /** Dangers that are not acknowledged yet: until they are, yes leads to the first of them. */
  open?: number;
  /** There are dangers: yes is red. */
  dangerous?: boolean;
  children: ComponentChildren;
}

/** The shape of every question: who asks, what happens, what there is to know, no and yes. Escape is no. */
export function Form({ app, heading, yes, choice: { busy, blocked, actions }, open = 0, dangerous, children }: Props) {
  const { words } = useLanguage();
  const say = useSay();
  const settled = useSettled();
  const body = useRef<HTMLDivElement>(null);
  useEscape(busy ? null : actions.reject);
  useEffect(() => {
    if (busy) say(words.ask.busy);
  }, [busy]);

  const showDanger = () => {
    if (open === 0) return;
    say(words.ask.acknowledgeFirst);
    body.current?.querySelector<HTMLElement>('.danger-box input:not(:checked)')?.focus();
  };
  return (
    <Card>
      <AppBadge app={app} />
      <div ref={body} class="question">
        <Heading>{heading}</Heading>
        {children}
      </div>
      <footer class="choice">
        {blocked === 'not-visible' && <p class="hint">{words.ask.notVisible}</p>}
        <div class="row equal">
          <Button action="reject" held={busy} onPress={actions.reject}>
            {words.ask.reject}
          </Button>
          {blocked === null && (
            <Button
              action="approve"
              look={open > 0 ? 'held' : dangerous ? 'danger' : 'first'}
              busy={busy}
              held={open > 0 || !settled}
              onTooEarly={showDanger}
              onPress={actions.approve}
            >
              {yes}
            </Button>
          )}
          {blocked === 'not-visible' && (
            <Button action="open-window" look="first" onPress={actions.openWindow}>
              {words.ask.openWindow}
            </Button>
          )}
        </div>
      </footer>
    </Card>
  );
}
