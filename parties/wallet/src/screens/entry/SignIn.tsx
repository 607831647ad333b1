import type { App, IssuerChoice } from '../../model.ts';
import { AppBadge } from '../ask/AppBadge.tsx';
import { useLanguage } from '../context.ts';
import { Card } from '../page.tsx';
import { Button } from '../pieces/Button.tsx';
import { Heading } from '../pieces/Heading.tsx';
import { Icon } from '../pieces/Icon.tsx';
import { Host } from '../pieces/Origin.tsx';

interface Props {
  app: App | null;
  issuers: IssuerChoice[];
  busy: boolean;
  onChoose: (issuer: string) => void;
}

/** One click on whom the person trusts to know them. Nothing is disabled while a window is open: it may have been closed or blocked. */
export function SignIn({ app, issuers, busy, onChoose }: Props) {
  const { words } = useLanguage();
  const { signIn } = words;
  return (
    <Card>
      {app !== null && <AppBadge app={app} />}
      <Heading>{app === null ? signIn.heading : signIn.headingFor(<Host of={app.origin} />)}</Heading>
      <p class="lead">{signIn.lead}</p>
      <div class="stack">
        {issuers.map(({ url, name, kind }, at) => (
          <Button
            key={url}
            action={`sign-in-${kind}`}
            look={at === 0 ? 'first' : 'plain'}
            onPress={() => onChoose(url)}
          >
            <Icon name={kind === 'email' ? 'mail' : 'person'} />
            {signIn[kind](name)}
          </Button>
        ))}
      </div>
      <p class="busy-note" role="status">
        {busy ? signIn.busy : ''}
      </p>
      <p class="quiet-note">{signIn.promise}</p>
    </Card>
  );
}
