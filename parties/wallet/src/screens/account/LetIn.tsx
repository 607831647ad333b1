import { useId, useRef } from 'preact/hooks';
import type { AccountView } from '../../model.ts';
import type { AccountActions } from '../../store.ts';
import { useLanguage } from '../context.ts';
import { Button } from '../pieces/Button.tsx';
import { Check } from '../pieces/Check.tsx';
import { Modal } from '../pieces/Modal.tsx';

/** Lets a new device in: its request is pasted, then its check compared by the person. */
export function LetIn({ view: { approval, busy }, actions }: { view: AccountView; actions: AccountActions }) {
  const { words } = useLanguage();
  const w = words.devices;
  const request = useRef<HTMLTextAreaElement>(null);
  const read = (event: Event) => {
    event.preventDefault();
    const text = request.current?.value.trim() ?? '';
    if (text === '') request.current?.focus();
    else actions.readDevice(text);
  };
  return (
    <section class="panel">
      <h2>{w.addHeading}</h2>
      <p>{w.addLead}</p>
      <form onSubmit={read}>
        <label class="field">
          <span>{w.request}</span>
          <textarea ref={request} name="request" dir="ltr" rows={3} spellcheck={false} autoComplete="off" />
        </label>
        <Button action="read-device" submits busy={busy === 'read-device'}>
          {w.read}
        </Button>
      </form>
      {approval !== null && <Compare approval={approval} actions={actions} />}
    </section>
  );
}

function Compare({ approval, actions }: { approval: { check: string; busy: boolean }; actions: AccountActions }) {
  const { words } = useLanguage();
  const w = words.devices;
  const name = useRef<HTMLInputElement>(null);
  const hint = useId();
  const allow = (event: Event) => {
    event.preventDefault();
    if (!approval.busy) actions.approveDevice(name.current?.value.trim() || w.defaultName);
  };
  return (
    <Modal title={w.compare} onLeave={actions.dismissDevice}>
      <p>{w.compareLead}</p>
      <Check>{approval.check}</Check>
      <form onSubmit={allow}>
        <label class="field">
          <span>{w.name}</span>
          <input ref={name} name="name" maxLength={40} autoComplete="off" aria-describedby={hint} />
        </label>
        <p id={hint} class="hint">
          {w.nameHint}
        </p>
        <div class="stack">
          <Button action="approve-device" look="first" submits busy={approval.busy}>
            {w.allow}
          </Button>
          <Button action="dismiss-device" onPress={actions.dismissDevice}>
            {w.notMine}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
