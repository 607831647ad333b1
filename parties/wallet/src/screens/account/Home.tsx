import { useState } from 'preact/hooks';
import type { Account, AccountView } from '../../model.ts';
import type { AccountActions } from '../../store.ts';
import { useLanguage } from '../context.ts';
import { Address } from '../pieces/Address.tsx';
import { AmountText } from '../pieces/AmountText.tsx';
import { Button } from '../pieces/Button.tsx';
import { Copy } from '../pieces/Copy.tsx';
import { Heading } from '../pieces/Heading.tsx';
import { Qr } from '../pieces/Qr.tsx';
import { Text } from '../pieces/Text.tsx';

interface Props {
  account: Account;
  busy: AccountView['busy'];
  actions: AccountActions;
}

export function Home({ account, busy, actions }: Props) {
  const { words, date } = useLanguage();
  const w = words.home;
  const [qr, setQr] = useState(false);
  return (
    <>
      <Heading>{w.heading}</Heading>
      <section class="panel own" aria-labelledby="own-address">
        <h2 id="own-address">{w.address}</h2>
        <Address>{account.address}</Address>
        <p class="hint">{w.addressLead}</p>
        <div class="row">
          <Copy text={account.address} />
          <Button action="qr" look="quiet" onPress={() => setQr(!qr)}>
            {qr ? w.hideQr : w.showQr}
          </Button>
        </div>
        {qr && <Qr text={account.address} label={w.qr} />}
      </section>
      <section>
        <div class="title-row">
          <h2>{w.balances}</h2>
          <Button action="refresh" look="quiet" busy={busy === 'refresh'} onPress={actions.refresh}>
            {words.account.refresh}
          </Button>
        </div>
        {account.balances.length === 0 && <p class="hint">{w.noNetworks}</p>}
        <ul class="rows">
          {account.balances.map(({ chain, amount }) => (
            <li key={chain.chainId} class="balance" data-chain={chain.chainId}>
              <Text>{chain.name}</Text>
              {amount === null ? <span class="hint">{w.unknownBalance}</span> : <AmountText amount={amount} />}
            </li>
          ))}
        </ul>
      </section>
      <p class="quiet-note">{w.made(account.made.how, date(account.made.at))}</p>
      {account.signer !== null && <p class="quiet-note">{w.signer[account.signer]}</p>}
    </>
  );
}
