import type { App } from '../../model.ts';
import type { ApproveActions } from '../../store.ts';
import { useEscape, useLanguage } from '../context.ts';
import { Card } from '../page.tsx';
import { Button } from '../pieces/Button.tsx';
import { Heading } from '../pieces/Heading.tsx';
import { Host } from '../pieces/Origin.tsx';
import { AppBadge } from './AppBadge.tsx';

/** The dialog in a site where it has no key yet. */
export function Continue({ app, busy, actions }: { app: App; busy: boolean; actions: ApproveActions }) {
  const { words } = useLanguage();
  const { continueHeading, continueLead, continueButton } = words.embed;
  useEscape(actions.close);
  return (
    <Card>
      <AppBadge app={app} />
      <Heading>{continueHeading(<Host of={app.origin} />)}</Heading>
      <p class="lead">{continueLead}</p>
      <p class="busy-note" role="status">
        {busy ? words.signIn.busy : ''}
      </p>
      <div class="stack">
        <Button action="proceed" look="first" onPress={actions.proceed}>
          {continueButton}
        </Button>
        <Button action="close" look="quiet" onPress={actions.close}>
          {words.cancel}
        </Button>
      </div>
    </Card>
  );
}
