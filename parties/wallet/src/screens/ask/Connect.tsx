import type { Question } from '../../model.ts';
import { useLanguage } from '../context.ts';
import { Address } from '../pieces/Address.tsx';
import { Fact, Facts } from '../pieces/Facts.tsx';
import { Icon } from '../pieces/Icon.tsx';
import { Host } from '../pieces/Origin.tsx';
import { Exact, Text } from '../pieces/Text.tsx';
import { Dangers, useTicks } from './Approve.tsx';
import { type Choice, Form } from './Form.tsx';
import { Cautions, isCaution, isDanger } from './Warnings.tsx';

interface Props {
  question: Extract<Question, { ask: 'connect' }>;
  choice: Choice;
}

export function Connect({ question: { app, address, chains, signIn }, choice }: Props) {
  const { words } = useLanguage();
  const w = words.connect;
  const ticks = useTicks();
  const name = <Host of={app.origin} />;
  return (
    <Form
      app={app}
      heading={signIn === null ? w.heading(name) : w.headingSignIn(name)}
      yes={w.connect}
      choice={choice}
      open={signIn === null ? 0 : ticks.open([signIn])}
      dangerous={signIn?.warnings.some(isDanger) ?? false}
    >
      {signIn !== null && <Dangers what={signIn} at={0} ticks={ticks} />}
      <div class="rights">
        <h2>{w.may}</h2>
        <ul>
          {[w.seeAddress, w.ask].map((right) => (
            <li key={right} class="may">
              <Icon name="check" />
              {right}
            </li>
          ))}
        </ul>
        <h2>{w.mayNot}</h2>
        <ul>
          <li class="may-not">
            <Icon name="cross" />
            {w.notMove}
          </li>
        </ul>
      </div>
      {signIn !== null && (
        <section>
          <h2>{w.signInMessage}</h2>
          <Exact label={words.ask.message}>{signIn.raw}</Exact>
          <Cautions cautions={signIn.warnings.filter(isCaution)} />
        </section>
      )}
      <Facts>
        <Fact name={words.ask.account}>{address === null ? w.newAddress : <Address>{address}</Address>}</Fact>
        {chains.length > 0 && (
          <Fact name={w.networks(chains.length)}>
            {chains.map((chain) => (
              <Text key={chain.chainId} class="tag">
                {chain.name}
              </Text>
            ))}
          </Fact>
        )}
      </Facts>
    </Form>
  );
}
