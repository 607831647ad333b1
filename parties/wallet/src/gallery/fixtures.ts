import type { ChainInfo } from '@symbolon/protocol/dapp';
import type { AccountView, App, ApproveView, Explained, Party, Progress, Question } from '../model.ts';
import type { ReleaseAlarm } from '../worker/news.ts';
import { account, apps, devices, entries } from './accountFixtures.ts';

/** One screen of the gallery: what the engine would hand over, and the section of the account that is open. */
export type Fixture =
  | { surface: 'approve'; view: ApproveView }
  | { surface: 'account'; view: AccountView; section?: string; press?: string };

const settings = { language: null, theme: 'system', signTransactions: false } as const;

export const chain: ChainInfo = {
  chainId: '0x7a69',
  name: 'Local chain',
  rpcUrl: 'http://127.0.0.1:8545',
  explorerUrl: null,
  currency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
};
const other: ChainInfo = { ...chain, chainId: '0xa', name: 'Optimism' };

/** One pixel, as a registry's icon may be. */
const icon =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkaPhfDwAEhgGAX1Q8WQAAAABJRU5ErkJggg==';
const shop: App = { origin: 'https://shop.example', name: 'Corner Shop', icon };
const stranger: App = { origin: 'https://xn--pple-43d.example', name: null, icon: null };
const hostile: App = {
  origin: 'https://wallet.example.accounts.signin.verify-your-account-now.long-subdomain.attacker.example:8443',
  name: '</p><script>alert(1)</script>\u202eelpmaxe \u200bمتجر',
  icon: null,
};

const me = '0x52908400098527886E0F7030069857D2E4169EE7';
const friend: Party = { address: '0x8617E340B3D01FA5F11F306F4090FD50E238070D', name: null };
const coin: Party = { address: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', name: 'USDC' };
const exchange: Party = { address: '0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45', name: 'Exchange Router' };
const apes: Party = { address: '0xBC4CA0EdA7647A8aB7C2061c2E118A18a936f13D', name: 'Paper Boats' };

const nothing: Omit<Explained, 'sentence' | 'raw'> = { detail: null, warnings: [], changes: [], fee: null, fields: [] };
const fee = { text: '0.000041739', symbol: 'ETH' };
const raw = JSON.stringify(
  { transactionType: 2, chainId: '31337', to: friend.address, value: '50000000000000000' },
  null,
  2,
);
const technical = [
  { label: 'To', value: friend.address, address: friend.address },
  { label: 'Value', value: '0.05 ETH' },
  { label: 'Nonce', value: '7' },
  { label: 'Gas limit', value: '21000' },
  { label: 'Max fee per gas', value: '1.9876 Gwei' },
];

const siwe = `shop.example wants you to sign in with your Ethereum account:
${me}

Welcome back to Corner Shop.

URI: https://shop.example/login
Version: 1
Chain ID: 31337
Nonce: 8kz1x0QqWmZ2
Issued At: 2026-03-01T12:00:00Z`;

const signIn: Explained = {
  ...nothing,
  sentence: { kind: 'sign-in', domain: 'shop.example' },
  fields: [
    { label: 'Statement', value: 'Welcome back to Corner Shop.' },
    { label: 'URI', value: 'https://shop.example/login' },
    { label: 'Chain ID', value: '31337' },
    { label: 'Issued At', value: '2026-03-01T12:00:00Z' },
  ],
  raw: siwe,
};

const send: Explained = {
  ...nothing,
  sentence: { kind: 'send', amount: { text: '0.05', symbol: 'ETH' }, to: friend },
  changes: [{ direction: 'out', amount: { text: '0.05', symbol: 'ETH' } }],
  warnings: [{ level: 'caution', what: 'new-recipient' }],
  fee,
  fields: technical,
  raw,
};

const swap: Explained = {
  ...nothing,
  sentence: { kind: 'described', intent: 'Swap tokens', owner: 'Exchange' },
  detail: 'Swap 1,250 USDC for at least 0.41 ETH, sent to your own address',
  changes: [
    { direction: 'out', amount: { text: '1250', symbol: 'USDC' } },
    { direction: 'in', amount: { text: '0.412884113', symbol: 'ETH' } },
  ],
  fee,
  fields: [
    { label: 'Amount to send', value: '1250 USDC' },
    { label: 'Minimum to receive', value: '0.41 ETH' },
    { label: 'Beneficiary', value: me, address: me },
    { label: 'Deadline', value: '2026-03-01 12:20 UTC' },
  ],
  raw,
};

const allowance: Explained = {
  ...nothing,
  sentence: { kind: 'token-allow', amount: null, token: coin, spender: exchange },
  warnings: [{ level: 'danger', what: 'unlimited-allowance', spender: exchange }],
  fee,
  fields: technical,
  raw,
};

const typed: Explained = {
  ...nothing,
  sentence: { kind: 'typed-data', primaryType: 'Mail', domain: 'Ether Mail' },
  fields: [
    { label: 'Domain', value: 'Ether Mail' },
    { label: 'from', value: '' },
    { label: 'name', value: 'Cow', depth: 1 },
    { label: 'wallet', value: me, address: me, depth: 1 },
    { label: 'to', value: '' },
    { label: 'members', value: '', depth: 1 },
    { label: '1', value: friend.address, address: friend.address, depth: 2 },
    { label: 'contents', value: 'Hello, Bob!' },
  ],
  raw: JSON.stringify({ primaryType: 'Mail', message: { contents: 'Hello, Bob!' } }, null, 2),
};

const unreadable = `0x${'9f4c'.repeat(120)}`;

function ask(question: Question, rest: Partial<Extract<Progress, { step: 'ask' }>> = {}): Fixture {
  return approve({ step: 'ask', question, busy: false, blocked: null, ...rest }, question.app);
}

function sign(what: Explained, app: App = shop): Fixture {
  return ask({ ask: 'approve', app, address: me, chain, what: [what], sends: false });
}

function transact(what: Explained[], app: App = shop): Fixture {
  return ask({ ask: 'approve', app, address: me, chain, what, sends: true });
}

function approve(progress: Progress, app: App | null = shop, surface: 'window' | 'dialog' = 'window'): Fixture {
  return { surface: 'approve', view: { surface, progress, app, development: true, release: null, settings } };
}

function page(view: Partial<AccountView>, section?: string, press?: string): Fixture {
  const base: AccountView = {
    progress: { step: 'idle' },
    account,
    approval: null,
    failed: null,
    notices: [],
    busy: null,
    thenClose: false,
    development: true,
    release: null,
    settings,
  };
  const at = section === undefined ? {} : { section };
  return { surface: 'account', view: { ...base, ...view }, ...at, ...(press === undefined ? {} : { press }) };
}

/** The same screen, with what is wrong with the page itself. */
function said(release: ReleaseAlarm, fixture: Fixture): Fixture {
  if (fixture.surface === 'approve') return { ...fixture, view: { ...fixture.view, release } };
  return { ...fixture, view: { ...fixture.view, release } };
}

const issuers = [
  { url: 'https://id.example', name: '', kind: 'email' },
  { url: 'https://accounts.example', name: 'Provider', kind: 'provider' },
] as const;
const until = Date.UTC(2026, 2, 1, 12, 10);
const newcomer = {
  step: 'new-device',
  keyCheck: 'K7P2-9QXD',
  requestText: `symbolon-device-1:development-3f9c:${'A9x_Zk'.repeat(14)}Qw:K7P2-9QXD`,
} as const;

/** Every screen there is, by name. */
export const fixtures: Record<string, Fixture> = {
  loading: approve({ step: 'loading' }),
  'sign-in': approve({ step: 'sign-in', issuers: [...issuers], busy: false }),
  'sign-in-busy': page({ progress: { step: 'sign-in', issuers: [...issuers], busy: true }, account: null }),
  creating: approve({ step: 'creating', done: 2, of: 5 }),
  'new-device': approve({ ...newcomer, mail: { state: 'not-asked' } }),
  'new-device-code': approve({ ...newcomer, mail: { state: 'sent', until, wrong: false } }),
  'new-device-wrong': approve({ ...newcomer, mail: { state: 'sent', until, wrong: true } }),
  'new-device-checking': approve({ ...newcomer, mail: { state: 'checking' } }),
  continue: approve({ step: 'continue', app: shop, busy: false }, shop, 'dialog'),
  embed: ask({ ask: 'embed', app: shop }),
  connect: ask({ ask: 'connect', app: shop, address: me, chains: [chain, other], signIn: null }),
  'connect-stranger': ask({ ask: 'connect', app: stranger, address: null, chains: [chain], signIn: null }),
  'connect-sign-in': ask({ ask: 'connect', app: shop, address: me, chains: [chain], signIn }),
  send: transact([send]),
  'send-busy': ask({ ask: 'approve', app: shop, address: me, chain, what: [send], sends: true }, { busy: true }),
  'send-covered': ask(
    { ask: 'approve', app: shop, address: me, chain, what: [send], sends: true },
    { blocked: 'not-visible' },
  ),
  'send-refused-release': said('release-refused', transact([send])),
  'send-withdrawn': said('release-withdrawn', transact([send])),
  'token-send': transact([
    {
      ...send,
      sentence: { kind: 'token-send', amount: { text: '1234567.89', symbol: 'USDC' }, token: coin, to: exchange },
      changes: [{ direction: 'out', amount: { text: '1234567.89', symbol: 'USDC' } }],
      warnings: [{ level: 'caution', what: 'address-like-yours' }],
    },
  ]),
  'allowance-unlimited': transact([allowance]),
  allowance: transact([
    {
      ...allowance,
      sentence: { kind: 'token-allow', amount: { text: '250', symbol: 'USDC' }, token: coin, spender: friend },
      warnings: [],
    },
  ]),
  permit: sign({
    ...typed,
    sentence: { kind: 'permit', amount: { text: '40', symbol: 'USDC' }, token: coin, spender: exchange, until },
    warnings: [{ level: 'danger', what: 'permit', spender: exchange }],
  }),
  'allow-all': transact([
    {
      ...allowance,
      sentence: { kind: 'allow-all', collection: apes, operator: friend },
      warnings: [{ level: 'danger', what: 'allow-all', operator: friend }],
    },
  ]),
  'create-contract': transact([
    {
      ...send,
      sentence: { kind: 'create-contract' },
      changes: null,
      warnings: [
        { level: 'caution', what: 'create-contract' },
        { level: 'caution', what: 'not-simulated' },
      ],
    },
  ]),
  described: transact([swap]),
  'unknown-call': transact(
    [
      {
        ...nothing,
        sentence: { kind: 'unknown-call', to: friend, selector: '0x9f4c1d2e' },
        warnings: [
          { level: 'danger', what: 'will-fail', reason: 'ERC20: transfer amount exceeds balance' },
          { level: 'caution', what: 'unknown-call' },
          { level: 'caution', what: 'not-registered' },
        ],
        changes: null,
        fee,
        fields: technical,
        raw: unreadable,
      },
    ],
    stranger,
  ),
  message: sign({ ...nothing, sentence: { kind: 'message' }, raw: 'Hello!\n\nPlease confirm your seat for Thursday.' }),
  'message-unreadable': sign({
    ...nothing,
    sentence: { kind: 'unreadable-message' },
    warnings: [{ level: 'caution', what: 'not-decoded' }],
    raw: unreadable,
  }),
  'sign-in-message': sign(signIn),
  'sign-in-message-foreign': sign(
    {
      ...signIn,
      warnings: [
        { level: 'danger', what: 'sign-in-domain', said: 'shop.example', asking: stranger.origin },
        { level: 'danger', what: 'sign-in-address', said: friend.address },
      ],
    },
    stranger,
  ),
  'typed-data': sign(typed),
  calls: transact([allowance, swap]),
  hostile: transact(
    [
      {
        ...swap,
        sentence: { kind: 'described', intent: '<b>Free</b> \u202egnihton\u202c مرحبا', owner: 'x'.repeat(90) },
        detail: null,
        changes: [{ direction: 'in', amount: { text: '9'.repeat(60), symbol: '\u202e$<i>FREE</i>' } }],
        fields: [{ label: 'l'.repeat(80), value: `<img src=x onerror=alert(1)> ${'v'.repeat(300)}` }],
        warnings: [{ level: 'caution', what: 'not-registered' }],
      },
    ],
    hostile,
  ),
  'switch-chain': ask({ ask: 'switch-chain', app: shop, from: chain, to: other }),
  'watch-asset': ask({
    ask: 'watch-asset',
    app: shop,
    token: { ...coin, name: 'USD Coin' },
    symbol: 'USDC',
    decimals: 6,
  }),
  'calls-status': ask({
    ask: 'calls-status',
    app: shop,
    calls: [
      { hash: `0x${'5c'.repeat(32)}`, state: 'done' },
      { hash: `0x${'a1'.repeat(32)}`, state: 'pending' },
      { hash: `0x${'e7'.repeat(32)}`, state: 'failed' },
    ],
  }),
  idle: approve({ step: 'idle' }, shop, 'dialog'),
  'done-approved': approve({ step: 'done', outcome: 'approved' }),
  'done-rejected': approve({ step: 'done', outcome: 'rejected' }),
  'done-connected': approve({ step: 'done', outcome: 'connected' }),
  'problem-retry': approve({
    step: 'problem',
    problem: { code: 'party-unreachable', retry: true, party: 'kms' },
  }),
  'problem-distrust': approve({
    step: 'problem',
    problem: { code: 'receipts-inconsistent', retry: false, party: 'kms' },
  }),
  home: page({}),
  'home-qr': page({}, 'home', 'qr'),
  'home-messages': page({
    account: { ...account, alarm: 'receipts-inconsistent' },
    failed: { code: 'party-unreachable', retry: true, party: 'chain' },
    notices: [
      { what: 'made', how: 'imported', at: until },
      { what: 'device-added', name: 'Work laptop', at: until },
    ],
  }),
  activity: page({ account: { ...account, activity: entries(friend, coin, exchange) } }, 'activity'),
  'activity-empty': page({ account: { ...account, activity: [] } }, 'activity'),
  apps: page({ account: { ...account, apps: apps(shop, stranger, hostile) } }, 'apps'),
  'apps-disconnect': page({ account: { ...account, apps: apps(shop, stranger, hostile) } }, 'apps', 'disconnect'),
  'apps-empty': page({ account: { ...account, apps: [] } }, 'apps'),
  devices: page({ account: { ...account, devices: devices(shop) } }, 'devices'),
  'devices-remove': page({ account: { ...account, devices: devices(shop) } }, 'devices', 'revoke'),
  'devices-compare': page(
    { account: { ...account, devices: devices(shop) }, approval: { check: 'K7P2-9QXD', busy: false } },
    'devices',
  ),
  settings: page({}, 'settings'),
  'home-worker-changed': said('worker-changed', page({})),
  'devices-withdrawn': said('release-withdrawn', page({ account: { ...account, devices: devices(shop) } }, 'devices')),
  'then-close': page({ thenClose: true }),
};
