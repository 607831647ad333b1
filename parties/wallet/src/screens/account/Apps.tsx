import { useEffect, useState } from 'preact/hooks';
import type { AccountView, ConnectedApp } from '../../model.ts';
import { AppIcon } from '../ask/AppBadge.tsx';
import { useLanguage } from '../context.ts';
import { Button } from '../pieces/Button.tsx';
import { Heading } from '../pieces/Heading.tsx';
import { Modal } from '../pieces/Modal.tsx';
import { Host, Origin } from '../pieces/Origin.tsx';
import { Text } from '../pieces/Text.tsx';

interface Props {
  apps: ConnectedApp[];
  busy: AccountView['busy'];
  onDisconnect: (origin: string) => void;
}

export function Apps({ apps, busy, onDisconnect }: Props) {
  const { words, date } = useLanguage();
  const w = words.apps;
  const [leaving, setLeaving] = useState<string | null>(null);
  const gone = leaving !== null && !apps.some(({ app }) => app.origin === leaving);
  useEffect(() => {
    if (gone) setLeaving(null);
  }, [gone]);
  return (
    <>
      <Heading>{w.heading}</Heading>
      {apps.length === 0 && <p class="lead">{w.empty}</p>}
      <ul class="rows">
        {apps.map(({ app, since, permissions, embedded }) => (
          <li key={app.origin} class="item" data-origin={app.origin}>
            <AppIcon app={app} />
            <div class="about">
              <Origin>{app.origin}</Origin>
              {app.name !== null && <Text class="app-name">{app.name}</Text>}
              <ul class="hint">
                {permissions.map((one) => (
                  <li key={one}>{w.permissions[one] ?? <Text>{one}</Text>}</li>
                ))}
                {embedded && <li>{w.embedded}</li>}
                <li>{w.since(date(since))}</li>
              </ul>
            </div>
            <Button
              action="disconnect"
              label={w.disconnectNamed(new URL(app.origin).host)}
              onPress={() => setLeaving(app.origin)}
            >
              {w.disconnect}
            </Button>
          </li>
        ))}
      </ul>
      {leaving !== null && !gone && (
        <Modal title={w.confirm(<Host of={leaving} />)} onLeave={() => setLeaving(null)}>
          <p>{w.confirmLead}</p>
          <div class="row equal">
            <Button action="cancel" onPress={() => setLeaving(null)}>
              {words.cancel}
            </Button>
            <Button action="confirm" look="danger" busy={busy === 'disconnect'} onPress={() => onDisconnect(leaving)}>
              {w.disconnect}
            </Button>
          </div>
        </Modal>
      )}
    </>
  );
}
