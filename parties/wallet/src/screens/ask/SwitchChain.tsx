import type { Question } from '../../model.ts';
import { useLanguage } from '../context.ts';
import { Fact, Facts } from '../pieces/Facts.tsx';
import { Host } from '../pieces/Origin.tsx';
import { Text } from '../pieces/Text.tsx';
import { type Choice, Form } from './Form.tsx';

interface Props {
  question: Extract<Question, { ask: 'switch-chain' }>;
  choice: Choice;
}

export function SwitchChain({ question: { app, from, to }, choice }: Props) {
  const { words } = useLanguage();
  const w = words.switchChain;
  return (
    <Form app={app} heading={w.heading(<Text>{to.name}</Text>)} yes={w.button} choice={choice}>
      <p class="lead">{w.lead(<Host of={app.origin} />)}</p>
      <Facts>
        <Fact name={w.from}>
          <Text>{from.name}</Text>
        </Fact>
        <Fact name={w.to}>
          <Text>{to.name}</Text>
        </Fact>
      </Facts>
    </Form>
  );
}
