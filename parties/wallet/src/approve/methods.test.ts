import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verifyMessage, verifyTypedData } from 'viem';
import { account, testSite } from '../testing/asking.ts';

const lower = account.address.toLowerCase();
const hello = '0x68656c6c6f';
const refusal = (code: number, reason: string) => (error: unknown) => {
  const { code: given, reason: why } = error as { code: number; reason: string };
  assert.deepEqual([given, why], [code, reason]);
  return true;
};

describe('connecting', () => {
  it('shows a site one address, after the person said so, and asks once', async () => {
    const { ask, connect, questions } = testSite();
    assert.deepEqual(await ask('eth_accounts', []), []);
    assert.deepEqual(await connect(), [lower]);
    assert.deepEqual(await connect(), [lower]);
    assert.deepEqual(await ask('eth_accounts', []), [lower]);
    assert.deepEqual(
      questions.map(({ ask }) => ask),
      ['connect'],
    );
  });

  it('is known to EIP-2255, and undone by it', async () => {
    const { ask, connect } = testSite();
    assert.deepEqual(await ask('wallet_getPermissions', []), []);
    await connect();
    const [permission] = (await ask('wallet_getPermissions', [])) as { parentCapability: string; caveats: unknown }[];
    assert.equal(permission?.parentCapability, 'eth_accounts');
    assert.deepEqual(permission?.caveats, [{ type: 'restrictReturnedAccounts', value: [lower] }]);
    await ask('wallet_revokePermissions', [{ eth_accounts: {} }]);
    assert.deepEqual(await ask('eth_accounts', []), []);
    await assert.rejects(ask('wallet_requestPermissions', [{ eth_everything: {} }]), refusal(-32602, 'params-invalid'));
  });

  it('asks again for wallet_requestPermissions, as the standard has it', async () => {
    const { ask, connect, questions } = testSite();
    await connect();
    await ask('wallet_requestPermissions', [{ eth_accounts: {} }]);
    assert.equal(questions.length, 2);
  });

  it('gives nothing to a site where nobody is signed in', async () => {
    const { ask, connect, told } = testSite();
    await connect();
    told.signedIn = false;
    assert.deepEqual(await ask('eth_accounts', []), []);
  });
});

describe('a site without permission', () => {
  const asks = {
    personal_sign: [hello, account.address],
    eth_signTypedData_v4: [account.address, typedData()],
    eth_sendTransaction: [{ to: account.address }],
    wallet_sendCalls: [
      { version: '2.0.0', chainId: '0x7a69', atomicRequired: false, calls: [{ to: account.address }] },
    ],
    wallet_watchAsset: { type: 'ERC20', options: { address: account.address } },
    wallet_switchEthereumChain: [{ chainId: '0x1' }],
    wallet_getCapabilities: [account.address],
    wallet_getCallsStatus: ['0x1'],
    wallet_showCallsStatus: ['0x1'],
  } as const;
  for (const [method, params] of Object.entries(asks)) {
    it(`gets 4100 for ${method}, and the person sees nothing`, async () => {
      const { ask, questions } = testSite();
      await assert.rejects(ask(method as keyof typeof asks, params), refusal(4100, 'not-connected'));
      assert.deepEqual(questions, []);
    });
  }
});

describe('personal_sign', () => {
  it('signs what was shown, for the connected address', async () => {
    const { ask, connect, questions } = testSite();
    await connect();
    const signature = (await ask('personal_sign', [hello, account.address])) as `0x${string}`;
    assert.equal(await verifyMessage({ address: account.address, message: 'hello', signature }), true);
    const shown = questions[1];
    assert.equal(shown?.ask === 'approve' && shown.what[0]?.raw, 'hello');
  });

  it('takes its parameters the other way round, where only that makes sense', async () => {
    const { ask, connect } = testSite();
    await connect();
    const one = await ask('personal_sign', ['hello', lower]);
    assert.equal(await ask('personal_sign', [lower, 'hello']), one);
    assert.equal(await ask('personal_sign', [hello, account.address]), one);
  });

  it('refuses another address, and whatever is no message', async () => {
    const { ask, connect } = testSite();
    await connect();
    await assert.rejects(ask('personal_sign', [hello, `0x${'22'.repeat(20)}`]), refusal(4100, 'other-account'));
    for (const params of [
      [],
      [hello],
      ['hello', 'world'],
      [1, account.address],
      ['\ud800', account.address],
      null,
      {},
    ]) {
      await assert.rejects(ask('personal_sign', params), refusal(-32602, 'params-invalid'), JSON.stringify(params));
    }
  });
});

function typedData(chainId: number | string = 31337) {
  const EIP712Domain = [
    { name: 'name', type: 'string' },
    { name: 'chainId', type: 'uint256' },
  ];
  const types = { EIP712Domain, Mail: [{ name: 'text', type: 'string' }] };
  return { types, primaryType: 'Mail' as const, domain: { name: 'Mail', chainId }, message: { text: 'hello' } };
}

describe('eth_signTypedData_v4', () => {
  it('signs text and object alike, by EIP-712', async () => {
    const { ask, connect } = testSite();
    await connect();
    const data = typedData();
    const signature = (await ask('eth_signTypedData_v4', [lower, JSON.stringify(data)])) as `0x${string}`;
    assert.equal(await ask('eth_signTypedData_v4', [lower, data]), signature);
    const { Mail } = data.types;
    const signed = { ...data, domain: { name: 'Mail', chainId: 31337 }, types: { Mail } };
    assert.equal(await verifyTypedData({ ...signed, address: account.address, signature }), true);
  });

  it('is refused for another chain than the one the site is on', async () => {
    const { ask, connect } = testSite();
    await connect();
    await assert.rejects(ask('eth_signTypedData_v4', [lower, typedData(1)]), refusal(-32602, 'chain-mismatch'));
    await ask('eth_signTypedData_v4', [lower, typedData(1)], { chainId: '0x1' });
  });

  it('is refused where it does not follow its own types', async () => {
    const { ask, connect, questions } = testSite();
    await connect();
    const data = typedData();
    const wrong = [
      '{',
      { ...data, primaryType: undefined },
      { ...data, primaryType: 'Nothing' },
      { ...data, primaryType: 'EIP712Domain' },
      { ...data, message: {} },
      { ...data, message: { text: 1 } },
      { ...data, types: { ...data.types, Mail: [{ name: 'text', type: 'bogus' }] } },
      { ...data, domain: { ...data.domain, surplus: 1 } },
    ];
    for (const one of wrong) {
      await assert.rejects(
        ask('eth_signTypedData_v4', [lower, one]),
        refusal(-32602, 'typed-data-invalid'),
        JSON.stringify(one),
      );
    }
    assert.equal(questions.length, 1);
  });
});

describe('chains and assets', () => {
  it('are switched within the list of the operator, with the person’s leave', async () => {
    const { ask, connect, questions } = testSite();
    await connect();
    assert.equal(await ask('wallet_switchEthereumChain', [{ chainId: '0x1' }]), null);
    assert.equal(await ask('wallet_switchEthereumChain', [{ chainId: '0x7A69' }]), null);
    assert.deepEqual(
      questions.map(({ ask }) => ask),
      ['connect', 'switch-chain'],
    );
    await assert.rejects(ask('wallet_switchEthereumChain', [{ chainId: '0x5' }]), refusal(4902, 'chain-not-offered'));
    await assert.rejects(ask('wallet_switchEthereumChain', [{ chainId: 1 }]), refusal(-32602, 'params-invalid'));
  });

  it('a site adds no chain of its own, and no node', async () => {
    const { ask, connect } = testSite();
    await connect();
    const add = (chainId: string) =>
      ask('wallet_addEthereumChain', [{ chainId, chainName: 'Mine', rpcUrls: ['https://evil.example'] }]);
    await assert.rejects(add('0x5'), refusal(4902, 'chain-not-offered'));
    assert.equal(await add('0x1'), null);
    await assert.rejects(ask('wallet_addEthereumChain', [{ chainId: '0x5' }]), refusal(-32602, 'params-invalid'));
  });

  it('an asset is an ERC-20', async () => {
    const { ask, connect } = testSite();
    await connect();
    const options = { address: account.address, symbol: 'TST', decimals: 4 };
    assert.equal(await ask('wallet_watchAsset', { type: 'ERC20', options }), true);
    await assert.rejects(ask('wallet_watchAsset', { type: 'ERC721', options }), refusal(-32602, 'asset-unsupported'));
    await assert.rejects(
      ask('wallet_watchAsset', { type: 'ERC20', options: { ...options, decimals: 99 } }),
      refusal(-32602, 'params-invalid'),
    );
  });
});

describe('wallet_connect (ERC-7846)', () => {
  it('connects and signs in on one screen', async () => {
    const { ask, questions } = testSite();
    const signInWithEthereum = { nonce: 'abcdef123456', chainId: '0x7a69', statement: 'Welcome' };
    const answer = (await ask('wallet_connect', [{ version: '1', capabilities: { signInWithEthereum } }])) as {
      accounts: {
        address: string;
        capabilities: { signInWithEthereum: { message: string; signature: `0x${string}` } };
      }[];
    };
    const [one] = answer.accounts;
    assert.equal(one?.address, lower);
    const { message, signature } = one?.capabilities.signInWithEthereum ?? { message: '', signature: '0x' as const };
    assert.match(message, /^app\.example wants you to sign in with your Ethereum account:\n0x/);
    assert.equal(await verifyMessage({ address: account.address, message, signature }), true);
    const shown = questions[0];
    assert.deepEqual(shown?.ask === 'connect' && shown.signIn?.sentence, { kind: 'sign-in', domain: 'app.example' });
    assert.equal(questions.length, 1);
  });

  it('warns of a domain that is not the asking site’s', async () => {
    const { ask, questions } = testSite();
    const signInWithEthereum = { nonce: 'abcdef123456', chainId: '0x7a69', domain: 'bank.example' };
    await ask('wallet_connect', [{ capabilities: { signInWithEthereum } }]);
    const shown = questions[0];
    const warnings = shown?.ask === 'connect' ? (shown.signIn?.warnings ?? []) : [];
    assert.deepEqual(warnings[0], {
      level: 'danger',
      what: 'sign-in-domain',
      said: 'bank.example',
      asking: 'https://app.example',
    });
  });

  it('has no capability but that, and forgets the site on wallet_disconnect', async () => {
    const { ask, connect } = testSite();
    await assert.rejects(
      ask('wallet_connect', [{ capabilities: { other: {} } }]),
      refusal(5700, 'capability-unsupported'),
    );
    await connect();
    await ask('wallet_disconnect', []);
    assert.deepEqual(await ask('eth_accounts', []), []);
  });
});

describe('a person is not worn down', () => {
  it('three rejections in a row bring a minute of silence', async () => {
    const { ask, connect, questions, told, clock } = testSite();
    await connect();
    told.choice = 'reject';
    for (let n = 0; n < 3; n += 1) {
      await assert.rejects(ask('personal_sign', [hello, lower]), refusal(4001, 'user-rejected'));
    }
    const before = questions.length;
    await assert.rejects(ask('personal_sign', [hello, lower]), refusal(4001, 'cooling-down'));
    assert.equal(questions.length, before);
    clock.now += 60_001;
    told.choice = 'approve';
    await ask('personal_sign', [hello, lower]);
  });

  it('sees one question at a time, and a site cannot pile them up', async () => {
    const { ask, connect, questions, told, desk } = testSite();
    await connect();
    told.choice = 'wait';
    const waiting = Array.from({ length: 9 }, () => ask('personal_sign', [hello, lower]));
    await assert.rejects(ask('personal_sign', [hello, lower]), refusal(-32005, 'too-many-requests'));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(questions.length, 2);
    told.choice = 'approve';
    desk.approve();
    await Promise.all(waiting);
    assert.equal(questions.length, 10);
  });

  it('a rejection is told as 4001 and kept in the activity', async () => {
    const { ask, connect, told, asking } = testSite();
    await connect();
    told.choice = 'reject';
    await assert.rejects(ask('personal_sign', [hello, lower]), refusal(4001, 'user-rejected'));
    const [entry] = await asking.activity.of(account.address);
    assert.deepEqual([entry?.outcome, entry?.sentence.kind], ['rejected', 'message']);
  });

  it('a question is taken away when its time is up', async () => {
    const { ask, connect, told, view } = testSite();
    await connect();
    told.choice = 'wait';
    const given = new AbortController();
    const asked = ask('personal_sign', [hello, lower], { signal: given.signal });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(view.state.progress.step, 'ask');
    given.abort(new Error('over'));
    await assert.rejects(asked);
    assert.equal(view.state.progress.step, 'idle');
  });
});
