import { useRef } from 'preact/hooks';
import type { Question } from '../../model.ts';
import type { ApproveActions } from '../../store.ts';
import { Approve } from './Approve.tsx';
import { CallsStatus } from './CallsStatus.tsx';
import { Connect } from './Connect.tsx';
import { Embed } from './Embed.tsx';
import type { Choice } from './Form.tsx';
import { SwitchChain } from './SwitchChain.tsx';
import { WatchAsset } from './WatchAsset.tsx';

interface Props {
  question: Question;
  busy: boolean;
  blocked: Choice['blocked'];
  actions: ApproveActions;
}

/** Exactly one question. A new one is a new screen: nothing that was ticked for another counts for it. */
export function AskScreen({ question, busy, blocked, actions }: Props) {
  const seen = useRef({ question, number: 0 });
  if (seen.current.question !== question) seen.current = { question, number: seen.current.number + 1 };
  const key = `${question.ask} ${seen.current.number}`;
  const choice: Choice = { busy, blocked, actions };

  switch (question.ask) {
    case 'connect':
      return <Connect key={key} question={question} choice={choice} />;
    case 'approve':
      return <Approve key={key} question={question} choice={choice} />;
    case 'switch-chain':
      return <SwitchChain key={key} question={question} choice={choice} />;
    case 'watch-asset':
      return <WatchAsset key={key} question={question} choice={choice} />;
    case 'calls-status':
      return <CallsStatus key={key} question={question} onClose={actions.close} />;
    case 'embed':
      return <Embed key={key} question={question} choice={choice} />;
  }
}
