import type { Question } from '../../model.ts';
import { useEscape, useLanguage } from '../context.ts';
import { Card } from '../page.tsx';
import { Address } from '../pieces/Address.tsx';
import { Button } from '../pieces/Button.tsx';
import { Heading } from '../pieces/Heading.tsx';
import { Icon } from '../pieces/Icon.tsx';
import { AppBadge } from './AppBadge.tsx';

const icons = { pending: 'clock', done: 'check', failed: 'cross' } as const;

interface Props {
  question: Extract<Question, { ask: 'calls-status' }>;
  onClose: () => void;
}

export function CallsStatus({ question: { app, calls }, onClose }: Props) {
  const { words } = useLanguage();
  useEscape(onClose);
  return (
    <Card>
      <AppBadge app={app} />
      <Heading>{words.calls.heading}</Heading>
      {calls.length === 0 && <p class="lead">{words.calls.none}</p>}
      <ol class="states">
        {calls.map(({ hash, state }) => (
          <li key={hash}>
            <span class={`state ${state}`}>
              <Icon name={icons[state]} />
              {words.calls[state]}
            </span>
            <Address>{hash}</Address>
          </li>
        ))}
      </ol>
      <Button action="close" onPress={onClose}>
        {words.close}
      </Button>
    </Card>
  );
}
