import type { Problem } from '../../model.ts';
import type { EntryActions } from '../../store.ts';
import { useLanguage } from '../context.ts';
import { Card } from '../page.tsx';
import { Button } from '../pieces/Button.tsx';
import { Heading } from '../pieces/Heading.tsx';
import { sentenceOf } from './problemWords.ts';

interface Props {
  problem: Problem;
  actions: EntryActions;
  onClose: (() => void) | null;
}

export function ProblemScreen({ problem, actions, onClose }: Props) {
  const { words } = useLanguage();
  return (
    <Card>
      <Heading>{words.problem.heading}</Heading>
      <p class="lead">{sentenceOf(problem, words)}</p>
      <ProblemCode code={problem.code} />
      <div class="stack">
        {problem.retry && (
          <Button action="retry" look="first" onPress={actions.retry}>
            {words.tryAgain}
          </Button>
        )}
        {onClose === null ? (
          <Button action="sign-out" look="quiet" onPress={actions.signOut}>
            {words.signOut}
          </Button>
        ) : (
          <Button action="close" onPress={onClose}>
            {words.close}
          </Button>
        )}
      </div>
    </Card>
  );
}

export function ProblemCode({ code }: { code: string }) {
  const { words } = useLanguage();
  return (
    <p class="hint">
      {words.problem.code}: <bdi class="code-text">{code}</bdi>
    </p>
  );
}
