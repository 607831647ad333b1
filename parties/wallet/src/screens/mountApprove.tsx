import '../style/main.css';
import type { ApproveStore } from '../store.ts';
import { ApproveScreen } from './ask/ApproveScreen.tsx';
import { show } from './page.tsx';

/** The window at /approve and the dialog inside a dApp's page. Draws into `root` until the page ends. */
export function mountApprove(root: HTMLElement, { view, actions }: ApproveStore): void {
  show(root, view, actions.retry, (state) => <ApproveScreen view={state} actions={actions} />);
}
