import type { Progress } from '../../model.ts';
import { useLanguage } from '../context.ts';
import { Card } from '../page.tsx';
import { Button } from '../pieces/Button.tsx';
import { Heading } from '../pieces/Heading.tsx';
import { Icon } from '../pieces/Icon.tsx';

type Outcome = Extract<Progress, { step: 'done' }>['outcome'] | 'signedIn';

export function Done({ outcome, onClose }: { outcome: Outcome; onClose: (() => void) | null }) {
  const { words } = useLanguage();
  const rejected = outcome === 'rejected';
  return (
    <Card>
      <div class={rejected ? 'seal no' : 'seal'}>
        <Icon name={rejected ? 'cross' : 'check'} />
      </div>
      <Heading>{words.done[outcome]}</Heading>
      <p class="lead">{rejected ? words.done.leadRejected : words.done.lead}</p>
      {onClose !== null && (
        <Button action="close" onPress={onClose}>
          {words.close}
        </Button>
      )}
    </Card>
  );
}

export function Idle() {
  const { words } = useLanguage();
  return (
    <Card>
      <Heading>{words.done.idle}</Heading>
      <p class="lead">{words.done.idleLead}</p>
    </Card>
  );
}
