import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { DevnetError, registerApp, rpc } from '@symbolon/devnet';
import type { Page } from 'playwright-core';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { answerOf, answersInAll, openByHand, request, say } from './hand.ts';
import { addressOn, answerTo, click, decide, Person, windowFrom } from './person.ts';
import { Watch } from './watch.ts';

// A dApp that means harm, by what it says. Another one, whose name it would like to have, is connected already.
let world: BrowserWorld;
let person: Person;
let watch: Watch;
let honest: Page;
let evil: Page;
let address: string;

before(async () => {
  world = await bootBrowserWorld();
  person = await Person.arrive(world);
  await person.account();
  honest = await person.connect(await world.site('honest', { name: 'Honest' }));
  address = await addressOn(honest);
  evil = await person.browser.open(await world.site('evil', { name: null }));
  watch = await Watch.over(world, person);
});
after(async () => {
  await person?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});
// What a failed test left open must not answer for the next.
beforeEach(() => person.closeWindows());

const asHex = (text: string) => `0x${Buffer.from(text).toString('hex')}`;

/** Everything that needs a permission, with parameters that are right. */
const asks = (): [string, unknown[]][] => {
  const typed = { types: { EIP712Domain: [], T: [] }, primaryType: 'T', domain: {}, message: {} };
  const send = { from: address, to: address, value: '0x1' };
  return [
    ['personal_sign', [asHex('hi'), address]],
    ['eth_signTypedData_v4', [address, JSON.stringify(typed)]],
    ['eth_sendTransaction', [send]],
    ['eth_signTransaction', [send]],
    ['wallet_sendCalls', [{ version: '2.0.0', from: address, chainId: '0x7a69', atomicRequired: false, calls: [] }]],
  ];
};

test('a site that was never connected gets no question, with whatever address and whoever’s app id', async () => {
  for (const hello of [
    { symbolon: 1, what: 'open' },
    { symbolon: 1, what: 'open', appId: 'honest' },
  ]) {
    await watch.nothingHappens(async () => {
      const window = await openByHand(evil, world.wallet, hello);
      await say(evil, [
        ...asks().map(([method, params], at) => request(`q${at}`, method, params)),
        request('who', 'eth_accounts'),
      ]);
      const answers = await answersInAll(evil, window);
      assert.equal(answers.length, asks().length + 1, JSON.stringify(answers));
      for (const { id, error, result } of answers) {
        if (id === 'who') assert.deepEqual(result, []);
        else assert.ok([4100, 4200, -32602].includes(error?.code ?? 0), JSON.stringify([id, error]));
      }
    });
  }
});

test('a second dApp with all that the first one keeps gets nothing of the first one’s, and ends nothing of it', async () => {
  const kept = await honest.evaluate(() => Object.entries(localStorage));
  assert.ok(kept.length > 0, 'the control: there is a session to steal');
  await evil.evaluate((entries) => {
    for (const [name, value] of entries) localStorage.setItem(name, value);
  }, kept);
  await evil.reload();
  await watch.nothingHappens(async () => {
    // The SDK of the thief's page believes what it finds, and shows it; the wallet does not.
    const told = await answerTo(evil, () => click(evil, 'Sign a message'));
    assert.match(told.detail, /4100/);
  });
  await watch.nothingHappens(async () => {
    const window = await openByHand(evil, world.wallet);
    const methods = ['wallet_revokePermissions', 'wallet_disconnect', 'wallet_getPermissions', 'wallet_getCallsStatus'];
    const params: Record<string, unknown> = {
      wallet_revokePermissions: [{ eth_accounts: {} }],
      wallet_getCallsStatus: ['0x01'],
    };
    await say(
      evil,
      methods.map((method) => request(method, method, params[method] ?? [])),
    );
    const answers = await answersInAll(evil, window);
    assert.deepEqual(answers.find(({ id }) => id === 'wallet_getPermissions')?.result, []);
  });
  await evil.evaluate(() => localStorage.clear());
  await honest.reload();
  assert.equal(await addressOn(honest), address, 'the first one is still connected');
});

test('of replayed, reordered, giant and malformed messages each gets at most one answer, and none a question', async () => {
  await watch.nothingHappens(async () => {
    const window = await openByHand(honest, world.wallet);
    const twice = request('twice', 'eth_accounts');
    await say(honest, [
      request('last', 'eth_accounts'),
      twice,
      twice,
      { ...twice },
      { ...request('twice', 'personal_sign', [asHex('replayed id'), address]) },
      { ...request('giant', 'personal_sign', ['0x'.padEnd(400_000, 'a'), address]) },
      request('unknown', 'eth_sign', [address, asHex('hi')]),
      { id: 'bare' },
      { ...request('extra', 'personal_sign', [asHex('hi'), address]), extra: 1 },
      { ...request('late', 'personal_sign', [asHex('hi'), address]), deadline: 1 },
      { ...request('x'.repeat(65), 'personal_sign', [asHex('hi'), address]) },
      { ...request('', 'personal_sign', [asHex('hi'), address]) },
      { ...request('chain', 'personal_sign', [asHex('hi'), address]), chainId: 31_337 },
      { id: 'twice', result: 'an answer, the wrong way' },
      null,
      7,
      'eth_accounts',
      [],
    ]);
    // What no JSON says, and what only a page can make.
    await honest.evaluate(
      ([one, who]) => {
        const circle: unknown[] = [who];
        circle.push(circle);
        let deep: unknown = who;
        for (let depth = 0; depth < 500; depth += 1) deep = [deep];
        const odd = [
          circle,
          [deep],
          new Map([[who, who]]),
          [new Uint8Array(9)],
          [9n],
          [new Blob([who])],
          [new Date(0)],
        ];
        odd.forEach((params, at) => {
          raw.port?.postMessage({ ...one, id: `odd${at}`, params });
        });
      },
      [request('', 'personal_sign'), address] as const,
    );
    const answers = await answersInAll(honest, window);
    const ids = answers.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, `one answer each: ${ids.join()}`);
    const answered = answers.filter(({ error }) => error === undefined).map(({ id }) => id);
    assert.deepEqual(new Set(answered), new Set(['last', 'twice']), 'only the two that were right');
    assert.equal(answers.find(({ id }) => id === 'giant')?.error?.reason, 'request-too-large');
    for (const id of ['giant', 'unknown', 'late', 'odd0']) assert.ok(ids.includes(id), id);
  });
});

test('ten requests at once are one question at a time, and the person refuses them all by closing the window', async () => {
  const busy = await person.connect(await world.site('busy', { name: 'Busy' }));
  await watch.nothingHappens(async () => {
    const window = await openByHand(busy, world.wallet);
    const flood = Array.from({ length: 40 }, (_, at) =>
      request(`f${at}`, 'personal_sign', [asHex(`no. ${at}`), address]),
    );
    await say(busy, flood);
    await window.getByText('no. 0').first().waitFor();
    assert.equal(await window.getByRole('button', { name: 'Sign', exact: true }).count(), 1);
    const { error } = await answerOf(busy, 'f39');
    assert.equal(error?.reason, 'too-many-requests');
    await window.close();
  });
  await busy.close();
});

test('a second hello with another port is not heard: the first page to speak is the one', async () => {
  await watch.nothingHappens(async () => {
    const window = await openByHand(honest, world.wallet);
    await say(honest, [request('a', 'eth_accounts')]);
    await answerOf(honest, 'a');
    await honest.evaluate(
      ([url, ask]) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => raw.answers.push({ ...data, id: 'second port' });
        raw.window?.postMessage({ symbolon: 1, what: 'open' }, url, [port2]);
        port1.postMessage(ask);
      },
      [world.wallet, request('b', 'eth_accounts')] as const,
    );
    const ids = (await answersInAll(honest, window)).map(({ id }) => id);
    assert.deepEqual(ids, ['a']);
  });
});

test('parameters that reach for prototypes change nothing, in the page or in what is asked', async () => {
  await watch.nothingHappens(async () => {
    const window = await openByHand(honest, world.wallet);
    await honest.evaluate(
      ([send, sign, who]) => {
        const polluted = '{"polluted":1,"to":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}';
        const one = `{"__proto__":${polluted},"from":"${who}","value":"0x1"}`;
        const other = `{"constructor":{"prototype":${polluted}},"from":"${who}","value":"0x1","to":7}`;
        raw.port?.postMessage({ ...send, id: 'p0', params: JSON.parse(`[${one}]`) });
        raw.port?.postMessage({ ...send, id: 'p1', params: JSON.parse(`[${other}]`) });
        const typed = `{"types":{"__proto__":[],"EIP712Domain":[],"T":[]},"primaryType":"__proto__","domain":{},"message":{"__proto__":{"polluted":1}}}`;
        raw.port?.postMessage({ ...sign, id: 'p2', params: [who, typed] });
        const inherited = typed.replace('"primaryType":"__proto__"', '"primaryType":"constructor"');
        raw.port?.postMessage({ ...sign, id: 'p3', params: [who, inherited] });
        raw.port?.postMessage(JSON.parse(`{"__proto__":{"id":"p4","method":"eth_accounts"},"params":[]}`));
      },
      [request('', 'eth_sendTransaction'), request('', 'eth_signTypedData_v4'), address] as const,
    );
    for (const id of ['p0', 'p1', 'p2', 'p3']) {
      const { error } = await answerOf(honest, id);
      assert.ok([-32602, -32600].includes(error?.code ?? 0), JSON.stringify([id, error]));
    }
    // A question keeps the window open, to look into it.
    await say(honest, [request('open', 'personal_sign', [asHex('still here'), address])]);
    await window.getByText('still here').first().waitFor();
    assert.equal(await window.evaluate(() => 'polluted' in {}), false);
    await window.close();
  });
});

test('scripts in names, messages, typed data, sign-ins and tokens are shown as text and never run', async () => {
  const payload = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>';
  const loud = await world.site('loud', { name: '<b onclick=alert(1)>Loud</b>' });
  const dapp = await person.connect(loud);
  const { host } = new URL(loud);
  const siwe = [
    `${host} wants you to sign in with your Ethereum account:`,
    address,
    '',
    payload,
    '',
    `URI: ${loud}/${encodeURIComponent(payload)}`,
    'Version: 1',
    'Chain ID: 31337',
    'Nonce: 12345678',
    'Issued At: 2026-01-01T00:00:00Z',
  ].join('\n');
  const typed = {
    types: { EIP712Domain: [{ name: 'name', type: 'string' }], T: [{ name: 'text', type: 'string' }] },
    primaryType: 'T',
    domain: { name: payload },
    message: { text: payload },
  };
  const token = '0x00000000000000000000000000000000000c0de5';
  await rpc(world.devnet.urls.chain, 'anvil_setCode', [token, answering('<b id=x>')]);
  const approval = {
    from: address,
    to: token,
    data: `0x095ea7b3${address.slice(2).padStart(64, '0')}${'1'.padStart(64, '0')}`,
  };
  const cases: [string, unknown[], string][] = [
    ['personal_sign', [asHex(payload), address], 'onerror='],
    ['personal_sign', [asHex(siwe), address], 'onerror='],
    ['eth_signTypedData_v4', [address, JSON.stringify(typed)], 'onerror='],
    ['eth_sendTransaction', [approval], '<b id=x>'],
  ];
  await watch.nothingHappens(async () => {
    for (const [method, params, text] of cases) {
      const window = await openByHand(dapp, world.wallet);
      await say(dapp, [request('s', method, params)]);
      await window.getByText(text).first().waitFor();
      assert.equal(await window.evaluate(() => 'pwned' in globalThis), false, method);
      assert.equal(await window.locator('img[src="x"], b[onclick], b#x').count(), 0, method);
      assert.ok((await window.innerText('body')).includes('<b onclick=alert(1)>'), 'the name stands as it is');
      // Closed, not refused: three refusals in a row would have the wallet be silent for a minute.
      await window.close();
      await answerOf(dapp, 's');
    }
  });
  await dapp.close();
});

test('an icon is a picture or nothing: what may hold a script is not registered, and what is none is not run', async () => {
  const origin = 'http://icons.localhost:9';
  const icon = (type: string, text: string) => `data:${type};base64,${Buffer.from(text).toString('base64')}`;
  const register = (data: string) => {
    const app = { id: 'icons', name: 'Icons', icon: data, origins: [origin], chains: [] };
    return registerApp(world.devnet.home, world.devnet.deployment, app);
  };
  for (const bad of [
    icon('image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="globalThis.pwned=1"/>'),
    icon('text/html', '<script>globalThis.pwned=1</script>'),
    'https://evil.example/icon.png',
    'javascript:globalThis.pwned=1',
    `${icon('image/png', 'x')}" onerror="globalThis.pwned=1`,
  ]) {
    await assert.rejects(register(bad), (error) => error instanceof Error || error instanceof DevnetError, bad);
  }
  const painted = await world.site('painted', { name: 'Painted' });
  const png = icon('image/png', '<svg xmlns="http://www.w3.org/2000/svg" onload="globalThis.pwned=1"/>');
  const app = { id: 'painted', name: 'Painted', icon: png, origins: [painted], chains: [] };
  await registerApp(world.devnet.home, world.devnet.deployment, app);
  const dapp = await person.browser.open(painted);
  await watch.nothingHappens(async () => {
    const window = await windowFrom(dapp, () => click(dapp, 'Connect'));
    await window.getByRole('heading', { name: /^Connect to painted/ }).waitFor();
    assert.equal(await window.locator('img[src^="data:image/png"]').count(), 1, 'the control: it is shown');
    assert.equal(await window.evaluate(() => 'pwned' in globalThis), false);
    await answerTo(dapp, () => window.close());
  });
  await dapp.close();
});

test('a dApp that patches its own fetch, crypto and postMessage changes no byte of what the person is shown', async () => {
  await honest.evaluate(() => {
    globalThis.fetch = () => Promise.reject(new Error('patched'));
    crypto.getRandomValues = ((array: Uint8Array) => array.fill(7)) as never;
    Object.defineProperty(Object.prototype, 'origin', { value: 'https://bank.example', configurable: true });
    Array.prototype.map = () => [];
    Reflect.deleteProperty(Object.prototype, 'origin');
    const post = Reflect.get(MessagePort.prototype, 'postMessage');
    MessagePort.prototype.postMessage = function patched(message: { params?: unknown[] }, ...rest: never[]) {
      // It swaps the message under its own request: what it asks is what is shown, and nothing else.
      if (Array.isArray(message.params)) message.params[0] = '0x53776170706564';
      return Reflect.apply(post, this, [message, ...rest]);
    };
  });
  await watch.nothingHappens(async () => {
    const window = await windowFrom(honest, () => click(honest, 'Sign a message'));
    await window.getByText('Swapped').first().waitFor();
    assert.ok((await window.innerText('body')).includes(new URL(honest.url()).origin));
    assert.match((await decide(honest, window, 'Reject')).detail, /4001/);
  }, 1);
  await honest.reload();
});

/** Code that answers every call with this one ABI string. */
function answering(text: string): string {
  const length = Buffer.byteLength(text);
  const word = (value: number) => value.toString(16).padStart(64, '0');
  const data = `${word(32)}${word(length)}${Buffer.from(text)
    .toString('hex')
    .padEnd(64 * Math.ceil(length / 32), '0')}`;
  const size = (data.length / 2).toString(16).padStart(2, '0');
  // CODECOPY of what follows these ten bytes, then RETURN.
  return `0x60${size}600a5f3960${size}5ff3${data}`;
}
