import { useEffect, useState } from 'preact/hooks';
import type { AccountView, DeviceRow } from '../../model.ts';
import type { AccountActions } from '../../store.ts';
import { useLanguage } from '../context.ts';
import { Button } from '../pieces/Button.tsx';
import { Heading } from '../pieces/Heading.tsx';
import { Icon } from '../pieces/Icon.tsx';
import { Modal } from '../pieces/Modal.tsx';
import { Origin } from '../pieces/Origin.tsx';
import { Text } from '../pieces/Text.tsx';
import { LetIn } from './LetIn.tsx';

interface Props {
  devices: DeviceRow[];
  view: AccountView;
  actions: AccountActions;
}

export function Devices({ devices, view, actions }: Props) {
  const { words, date } = useLanguage();
  const w = words.devices;
  const [chosen, setChosen] = useState<string | null>(null);
  const leaving = devices.find(({ id }) => id === chosen);
  return (
    <>
      <Heading>{w.heading}</Heading>
      <p class="lead">{w.lead}</p>
      <ul class="rows">
        {devices.map(({ id, name, added, origin, current }) => (
          <li key={id} class="item" data-device={id}>
            <span class="app-icon" aria-hidden="true">
              <Icon name={origin === null ? 'devices' : 'apps'} />
            </span>
            <div class="about">
              <Text class="name">{name}</Text>
              <ul class="hint">
                {current && <li class="current">{w.current}</li>}
                {origin !== null && (
                  <li>
                    {w.onlyFor} <Origin>{origin}</Origin>
                  </li>
                )}
                <li>{w.added(date(added))}</li>
              </ul>
            </div>
            <Button action="revoke" label={w.removeNamed(name)} onPress={() => setChosen(id)}>
              {w.remove}
            </Button>
          </li>
        ))}
      </ul>
      {view.release !== 'release-withdrawn' && <LetIn view={view} actions={actions} />}
      {leaving !== undefined && (
        <Revoke
          device={leaving}
          busy={view.busy === 'revoke-device'}
          failed={view.failed !== null}
          onLeave={() => setChosen(null)}
          onRevoke={() => actions.revokeDevice(leaving.id)}
        />
      )}
    </>
  );
}

interface RevokeProps {
  device: DeviceRow;
  busy: boolean;
  failed: boolean;
  onLeave: () => void;
  onRevoke: () => void;
}

function Revoke({ device: { name, current }, busy, failed, onLeave, onRevoke }: RevokeProps) {
  const { words } = useLanguage();
  const w = words.devices;
  useEffect(() => {
    if (failed) onLeave();
  }, [failed]);
  return (
    <Modal title={w.confirm(<Text class="name">{name}</Text>)} onLeave={onLeave}>
      <p>{w.confirmLead}</p>
      {current && <p>{w.confirmCurrent}</p>}
      <div class="row equal">
        <Button action="cancel" onPress={onLeave}>
          {words.cancel}
        </Button>
        <Button action="confirm" look="danger" busy={busy} onPress={onRevoke}>
          {w.remove}
        </Button>
      </div>
    </Modal>
  );
}
