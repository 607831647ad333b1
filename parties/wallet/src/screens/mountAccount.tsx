import '../style/main.css';
import '../style/account.css';
import type { AccountStore } from '../store.ts';
import { AccountScreen } from './account/AccountScreen.tsx';
import { show } from './page.tsx';

/** The page at /. Draws into `root` until the page ends. The section shown is in the address's fragment. */
export function mountAccount(root: HTMLElement, { view, actions }: AccountStore): void {
  show(root, view, actions.retry, (state) => <AccountScreen view={state} actions={actions} />);
}
