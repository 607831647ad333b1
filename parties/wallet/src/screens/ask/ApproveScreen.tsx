import type { ApproveView } from '../../model.ts';
import type { ApproveActions } from '../../store.ts';
import { EntryScreen } from '../entry/EntryScreen.tsx';
import { AskScreen } from './AskScreen.tsx';
import { Continue } from './Continue.tsx';
import { Done, Idle } from './Done.tsx';

/** The window at /approve and the dialog: one thing at a time. */
export function ApproveScreen({ view, actions }: { view: ApproveView; actions: ApproveActions }) {
  const { progress, app, release } = view;
  switch (progress.step) {
    case 'ask':
      return (
        <AskScreen
          {...progress}
          blocked={release === 'release-withdrawn' ? release : progress.blocked}
          actions={actions}
        />
      );
    case 'continue':
      return <Continue key="continue" {...progress} actions={actions} />;
    case 'idle':
      return <Idle key="idle" />;
    case 'done':
      return <Done key="done" outcome={progress.outcome} onClose={actions.close} />;
    default:
      return <EntryScreen progress={progress} app={app} actions={actions} onClose={actions.close} />;
  }
}
