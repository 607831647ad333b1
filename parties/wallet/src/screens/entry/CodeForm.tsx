import { useEffect, useId, useRef } from 'preact/hooks';
import type { MailCode } from '../../model.ts';
import type { EntryActions } from '../../store.ts';
import { useLanguage } from '../context.ts';
import { Button } from '../pieces/Button.tsx';

type Asked = Exclude<MailCode, { state: 'not-asked' }>;

/** The eight digits; spaces between them, as people copy them, do no harm. */
export function CodeForm({ mail, actions }: { mail: Asked; actions: Pick<EntryActions, 'requestCode' | 'giveCode'> }) {
  const { words, time } = useLanguage();
  const w = words.newDevice;
  const field = useRef<HTMLInputElement>(null);
  const hint = useId();
  const checking = mail.state === 'checking';
  const wrong = mail.state === 'sent' && mail.wrong;
  useEffect(() => field.current?.focus(), [wrong]);

  const submit = (event: Event) => {
    event.preventDefault();
    const code = (field.current?.value ?? '').replace(/\D/g, '');
    if (code.length === 8 && !checking) actions.giveCode(code);
    else field.current?.focus();
  };
  return (
    <form onSubmit={submit}>
      <label class="field">
        <span>{w.code}</span>
        <input
          ref={field}
          class="code"
          name="code"
          dir="ltr"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={12}
          aria-describedby={hint}
          aria-invalid={wrong}
        />
      </label>
      <p id={hint} class={wrong ? 'hint wrong' : 'hint'} role="status">
        {mail.state === 'checking' ? w.checking : mail.wrong ? w.codeWrong : w.codeUntil(time(mail.until))}
      </p>
      <div class="row">
        <Button action="give-code" look="first" submits busy={checking}>
          {w.confirm}
        </Button>
        <Button action="request-code" look="quiet" onPress={actions.requestCode}>
          {w.sendAgain}
        </Button>
      </div>
    </form>
  );
}
