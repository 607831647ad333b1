import type { MailCode } from '../../model.ts';
import type { EntryActions } from '../../store.ts';
import { useLanguage } from '../context.ts';
import { Card } from '../page.tsx';
import { Button } from '../pieces/Button.tsx';
import { Check } from '../pieces/Check.tsx';
import { Copy } from '../pieces/Copy.tsx';
import { Heading } from '../pieces/Heading.tsx';
import { Qr } from '../pieces/Qr.tsx';
import { CodeForm } from './CodeForm.tsx';

interface Props {
  keyCheck: string;
  requestText: string;
  mail: MailCode;
  actions: EntryActions;
}

/** Two ways into a wallet that is there already. The check comes first: both ways have the person compare it. */
export function NewDevice({ keyCheck, requestText, mail, actions }: Props) {
  const { words } = useLanguage();
  const w = words.newDevice;
  return (
    <Card>
      <Heading>{w.heading}</Heading>
      <p class="lead">{w.lead}</p>
      <section class="panel">
        <h2>{w.check}</h2>
        <Check>{keyCheck}</Check>
        <p class="hint">{w.checkHint}</p>
      </section>
      <section>
        <h2>{w.byMail}</h2>
        {mail.state === 'not-asked' ? (
          <>
            <p>{w.mailLead}</p>
            <Button action="request-code" look="first" onPress={actions.requestCode}>
              {w.sendCode}
            </Button>
          </>
        ) : (
          <CodeForm mail={mail} actions={actions} />
        )}
      </section>
      <details class="disclosure">
        <summary>{w.byDevice}</summary>
        <p>{w.deviceLead}</p>
        <Qr text={requestText} label={w.qr} />
        <p class="request" dir="ltr" translate={false} data-request>
          {requestText}
        </p>
        <div class="row">
          <Copy text={requestText} label={w.copyRequest} />
          <Button action="look-again" onPress={actions.lookAgain}>
            {w.lookAgain}
          </Button>
        </div>
      </details>
      <Button action="sign-out" look="quiet" onPress={actions.signOut}>
        {words.signOut}
      </Button>
    </Card>
  );
}
