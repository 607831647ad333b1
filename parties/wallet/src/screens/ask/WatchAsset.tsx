import type { Question } from '../../model.ts';
import { useLanguage } from '../context.ts';
import { Address } from '../pieces/Address.tsx';
import { Fact, Facts } from '../pieces/Facts.tsx';
import { Text } from '../pieces/Text.tsx';
import { type Choice, Form } from './Form.tsx';

interface Props {
  question: Extract<Question, { ask: 'watch-asset' }>;
  choice: Choice;
}

export function WatchAsset({ question: { app, token, symbol, decimals }, choice }: Props) {
  const { words } = useLanguage();
  const w = words.watchAsset;
  return (
    <Form app={app} heading={w.heading(<Text>{symbol}</Text>)} yes={w.button} choice={choice}>
      <p class="lead">{w.lead}</p>
      <Facts>
        {token.name !== null && (
          <Fact name={w.token}>
            <Text>{token.name}</Text>
          </Fact>
        )}
        <Fact name={w.contract}>
          <Address>{token.address}</Address>
        </Fact>
        <Fact name={w.decimals}>{decimals}</Fact>
      </Facts>
    </Form>
  );
}
