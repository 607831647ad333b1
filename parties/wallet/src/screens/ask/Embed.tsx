import type { Question } from '../../model.ts';
import { useLanguage } from '../context.ts';
import { Host } from '../pieces/Origin.tsx';
import { type Choice, Form } from './Form.tsx';

interface Props {
  question: Extract<Question, { ask: 'embed' }>;
  choice: Choice;
}

export function Embed({ question: { app }, choice }: Props) {
  const { words } = useLanguage();
  const name = <Host of={app.origin} />;
  return (
    <Form app={app} heading={words.embed.heading(name)} yes={words.embed.allow} choice={choice}>
      <p class="lead">{words.embed.lead}</p>
    </Form>
  );
}
