import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { SymbolonProvider, useAccount, useConnect, useSignMessage, useSymbolon } from './react.ts';
import { agreeable, alice, FakePage, open, signature } from './testing.ts';

test('on a server everything is drawn for somebody who is not connected', async () => {
  const provider = open(new FakePage(agreeable));
  await provider.request({ method: 'eth_requestAccounts' });
  const Shown = () => createElement('p', null, JSON.stringify(useAccount()));
  const html = renderToString(createElement(SymbolonProvider, { provider }, createElement(Shown)));
  assert.match(html, /&quot;address&quot;:null/);
});

test('the hooks give the provider, and functions for the click', async () => {
  const provider = open(new FakePage(agreeable));
  let actions: ReturnType<typeof useConnect> | undefined;
  let sign: ReturnType<typeof useSignMessage> | undefined;
  const Buttons = () => {
    assert.equal(useSymbolon(), provider);
    actions = useConnect();
    sign = useSignMessage();
    return null;
  };
  renderToString(createElement(SymbolonProvider, { provider }, createElement(Buttons)));
  assert.equal(await actions?.connect(), alice);
  assert.equal(await sign?.('hi'), signature);
  actions?.disconnect();
  assert.equal(provider.connected, false);
});

test('a hook outside of the provider says what is missing', () => {
  const Lost = () => createElement('p', null, useAccount().address);
  assert.throws(() => renderToString(createElement(Lost)), /SymbolonProvider/);
});
