import { useState } from 'preact/hooks';
import type { Explained, Question } from '../../model.ts';
import { useLanguage } from '../context.ts';
import { Address } from '../pieces/Address.tsx';
import { Fact, Facts } from '../pieces/Facts.tsx';
import { Text } from '../pieces/Text.tsx';
import { Essentials, Everything } from './Content.tsx';
import { type Choice, Form } from './Form.tsx';
import { sentenceLine } from './sentence.tsx';
import { Cautions, DangerBox, isCaution, isDanger } from './Warnings.tsx';

interface Props {
  question: Extract<Question, { ask: 'approve' }>;
  choice: Choice;
}

/**
 * What will happen, in one sentence; dangers above everything else; then what the chain says, cautions, and every detail. What is
 * only signed stands before network and account: there the words are all that counts.
 */
export function Approve({ question: { app, address, chain, what, sends }, choice }: Props) {
  const language = useLanguage();
  const { words } = language;
  const ticks = useTicks();
  const [first] = what;
  const only = what.length === 1 && first !== undefined ? first : null;
  const heading = sentenceLine(only?.sentence ?? { kind: 'calls', count: what.length }, language);
  const where = (
    <Facts>
      <Fact name={words.ask.network}>
        <Text>{chain.name}</Text>
      </Fact>
      <Fact name={words.ask.account}>
        <Address>{address}</Address>
      </Fact>
    </Facts>
  );

  return (
    <Form
      app={app}
      heading={heading}
      yes={sends ? words.ask.approve : words.ask.sign}
      choice={choice}
      open={ticks.open(what)}
      dangerous={what.some(({ warnings }) => warnings.some(isDanger))}
    >
      {only === null ? (
        <>
          <ol class="calls">
            {what.map((call, at) => (
              <li key={at}>
                <h2>
                  <span class="step">{words.ask.step(at + 1, what.length)}</span>{' '}
                  {sentenceLine(call.sentence, language)}
                </h2>
                <Gist what={call} at={at} sends={sends} ticks={ticks} />
                <Everything what={call} />
              </li>
            ))}
          </ol>
          {where}
        </>
      ) : (
        <>
          <Gist what={only} at={0} sends={sends} ticks={ticks} />
          {sends && where}
          <Everything what={only} />
          {!sends && where}
        </>
      )}
    </Form>
  );
}

/** Dangers above everything else, then what comes and goes, then what else to think of. */
function Gist({ what, at, sends, ticks }: { what: Explained; at: number; sends: boolean; ticks: Ticks }) {
  return (
    <>
      <Dangers what={what} at={at} ticks={ticks} />
      <Essentials what={what} sends={sends} />
      <Cautions cautions={what.warnings.filter(isCaution)} />
    </>
  );
}

export function Dangers({ what, at, ticks }: { what: Explained; at: number; ticks: Ticks }) {
  return what.warnings.filter(isDanger).map((danger, number) => {
    const name = tickName(at, number);
    return (
      <DangerBox key={name} danger={danger} ticked={ticks.has(name)} onTick={(ticked) => ticks.set(name, ticked)} />
    );
  });
}

export interface Ticks {
  has: (name: string) => boolean;
  set: (name: string, ticked: boolean) => void;
  /** How many dangers of these are not acknowledged. */
  open: (what: readonly Explained[]) => number;
}

/** Which dangers the person has acknowledged on this screen. */
export function useTicks(): Ticks {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  return {
    has: (name) => ticked.has(name),
    set: (name, on) =>
      setTicked((before) => new Set(on ? [...before, name] : [...before].filter((other) => other !== name))),
    open: (what) =>
      what
        .flatMap(({ warnings }, at) => warnings.filter(isDanger).map((_, number) => tickName(at, number)))
        .filter((name) => !ticked.has(name)).length,
  };
}

function tickName(at: number, number: number): string {
  return `${at}.${number}`;
}
