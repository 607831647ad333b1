import type { ComponentChildren } from 'preact';
import type { AccountView } from '../../model.ts';
import type { AccountActions } from '../../store.ts';
import { useLanguage } from '../context.ts';
import { Icon, Mark } from '../pieces/Icon.tsx';
import { Messages } from './Messages.tsx';
import { type Section, sections } from './section.ts';

interface Props {
  section: Section;
  view: AccountView;
  alarm: string | null;
  actions: AccountActions;
  children: ComponentChildren;
}

/** Sections beside the content where there is room, below it where there is not. */
export function Frame({ section, view, alarm, actions, children }: Props) {
  const { words } = useLanguage();
  return (
    <div class="frame">
      <header class="brand">
        <Mark />
        <span translate={false}>Symbolon</span>
      </header>
      <nav class="sections" aria-label={words.account.sections}>
        {sections.map((one) => (
          <a key={one} href={`#${one}`} aria-current={one === section ? 'page' : undefined}>
            <Icon name={one} />
            <span>{words.account[one]}</span>
          </a>
        ))}
      </nav>
      <main class="content">
        <Messages view={view} alarm={alarm} actions={actions} />
        {children}
      </main>
    </div>
  );
}
