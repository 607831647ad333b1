import type { App, Progress } from '../../model.ts';
import type { EntryActions } from '../../store.ts';
import { useLanguage } from '../context.ts';
import { Card } from '../page.tsx';
import { Creating } from './Creating.tsx';
import { NewDevice } from './NewDevice.tsx';
import { ProblemScreen } from './ProblemScreen.tsx';
import { SignIn } from './SignIn.tsx';

type EntryProgress = Extract<Progress, { step: 'loading' | 'sign-in' | 'new-device' | 'creating' | 'problem' }>;

interface Props {
  progress: EntryProgress;
  app: App | null;
  actions: EntryActions;
  /** Where there is something to go back to. */
  onClose: (() => void) | null;
}

/** What stands before an open wallet, on every surface. */
export function EntryScreen({ progress, app, actions, onClose }: Props) {
  switch (progress.step) {
    case 'loading':
      return <Loading />;
    case 'sign-in':
      return <SignIn key="sign-in" app={app} {...progress} onChoose={actions.signIn} />;
    case 'new-device':
      return <NewDevice key="new-device" {...progress} actions={actions} />;
    case 'creating':
      return <Creating key="creating" {...progress} />;
    case 'problem':
      return <ProblemScreen key="problem" problem={progress.problem} actions={actions} onClose={onClose} />;
  }
}

function Loading() {
  const { words } = useLanguage();
  return (
    <Card>
      <div class="waiting" aria-busy="true">
        <span class="spinner" aria-hidden="true" />
        <h1>{words.loading}</h1>
      </div>
    </Card>
  );
}
