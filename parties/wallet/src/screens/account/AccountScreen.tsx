import type { Account, AccountView } from '../../model.ts';
import type { AccountActions } from '../../store.ts';
import { Done, Idle } from '../ask/Done.tsx';
import { EntryScreen } from '../entry/EntryScreen.tsx';
import { Activity } from './Activity.tsx';
import { Apps } from './Apps.tsx';
import { Devices } from './Devices.tsx';
import { Frame } from './Frame.tsx';
import { Home } from './Home.tsx';
import { SettingsSection } from './SettingsSection.tsx';
import { type Section, useSection } from './section.ts';

interface Props {
  view: AccountView;
  actions: AccountActions;
}

/** The page at /: what stands before the wallet, then the account. */
export function AccountScreen({ view, actions }: Props) {
  const section = useSection();
  const { progress, account, thenClose } = view;
  switch (progress.step) {
    case 'loading':
    case 'sign-in':
    case 'new-device':
    case 'creating':
    case 'problem':
      return <EntryScreen progress={progress} app={null} actions={actions} onClose={null} />;
    default:
      break;
  }
  if (thenClose) return <Done outcome="signedIn" onClose={null} />;
  if (account === null) return <Idle />;
  return (
    <Frame section={section} view={view} alarm={account.alarm} actions={actions}>
      <Shown key={section} section={section} account={account} view={view} actions={actions} />
    </Frame>
  );
}

function Shown({ section, account, view, actions }: Props & { section: Section; account: Account }) {
  switch (section) {
    case 'home':
      return <Home account={account} busy={view.busy} actions={actions} />;
    case 'activity':
      return <Activity activity={account.activity} />;
    case 'apps':
      return <Apps apps={account.apps} busy={view.busy} onDisconnect={actions.disconnect} />;
    case 'devices':
      return <Devices devices={account.devices} view={view} actions={actions} />;
    case 'settings':
      return <SettingsSection settings={view.settings} email={account.email} actions={actions} />;
  }
}
