import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { equal } from '@symbolon/crypto';
import { SigningKey } from '@symbolon/crypto/native';
import {
  appsAnswer,
  type RegisteredApp,
  type Registration,
  registrationStatement,
  type Signed,
  signedRegistrationCodec,
  signStatement,
} from '@symbolon/protocol';
import { createApp, createLogger, Metrics } from '@symbolon/service';
import { initialiseOperator, readOperator } from './operator.ts';
import { Registry } from './registry.ts';
import { registryRoutes } from './registryRoutes.ts';
import { CloudStore } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'registry-'));
after(() => rmSync(folder, { recursive: true }));
const operator = SigningKey.generate();
const clock = { now: 1_800_000_000_000 };
let files = 0;

const shop: RegisteredApp = {
  id: 'shop',
  name: 'The Shop',
  icon: 'data:image/png;base64,iVBORw0KGgo=',
  origins: ['https://shop.example', 'http://shop.localhost:4110'],
  chains: ['0x1', '0x7a69'],
};

function open(key: Uint8Array | null = operator.publicKey) {
  const store = new CloudStore(join(folder, `${files++}.sqlite`));
  const { database, commit } = store;
  return new Registry({ database, commit, deployment: 'test', operator: () => key, now: () => clock.now });
}

function signed(action: Registration['action'], changed: Partial<Registration> = {}, by = operator): Signed {
  const nonce = crypto.getRandomValues(new Uint8Array(32));
  const expires = clock.now + 60_000;
  return signStatement(registrationStatement, { v: 1, deployment: 'test', action, expires, nonce, ...changed }, by);
}

const add = (app: RegisteredApp, changed: Partial<Registration> = {}, by = operator) =>
  signed({ do: 'add', app }, changed, by);

describe('the registry', () => {
  it('finds an app by its id and by each of its origins, and lists them all by id', async () => {
    const registry = open();
    await registry.change(add(shop));
    await registry.change(add({ ...shop, id: 'bank', origins: ['https://bank.example'], icon: null, chains: [] }));
    assert.deepEqual(registry.find({ id: 'shop' }), [shop]);
    for (const origin of shop.origins) assert.deepEqual(registry.find({ origin }), [shop]);
    assert.deepEqual(
      registry.find({}).map(({ id }) => id),
      ['bank', 'shop'],
    );
    assert.deepEqual(registry.find({ after: 'bank' }), [shop]);
    assert.deepEqual(registry.find({ id: 'nobody' }), []);
    assert.deepEqual(registry.find({ origin: 'https://sub.shop.example' }), []);
  });

  it('replaces an app, whose earlier origins are then nobody’s', async () => {
    const registry = open();
    await registry.change(add(shop));
    await registry.change(add({ ...shop, name: 'New', origins: ['https://new.example'] }));
    assert.equal(registry.knows('https://shop.example'), false);
    assert.equal(registry.find({ origin: 'https://new.example' })[0]?.name, 'New');
  });

  it('removes an app with its origins', async () => {
    const registry = open();
    await registry.change(add(shop));
    await registry.change(signed({ do: 'remove', id: 'shop' }));
    assert.deepEqual(registry.find({}), []);
    assert.equal(registry.knows('https://shop.example'), false);
    await assert.rejects(registry.change(signed({ do: 'remove', id: 'shop' })), { code: 'app-unknown' });
  });
});

describe('nobody but the operator changes the registry, and what it refuses has changed nothing', () => {
  const attempts: [string, () => Signed, string][] = [
    ['signed by another key', () => add(shop, {}, SigningKey.generate()), 'registration-refused'],
    ['not signed', () => ({ ...add(shop), signature: new Uint8Array(64) }), 'registration-refused'],
    ['with a changed byte', () => flipped(add(shop)), 'registration-refused'],
    [
      'signed as something else',
      () => signStatement({ ...registrationStatement, domain: 'kept' }, said(), operator),
      'registration-refused',
    ],
    ['for another deployment', () => add(shop, { deployment: 'other' }), 'registration-refused'],
    ['expired', () => add(shop, { expires: clock.now }), 'registration-expired'],
    ['good for too long', () => add(shop, { expires: clock.now + 3_600_000 }), 'registration-expired'],
  ];
  for (const [what, make, code] of attempts) {
    it(what, async () => {
      const registry = open();
      await assert.rejects(registry.change(make()), { code });
      assert.deepEqual(registry.find({}), []);
    });
  }

  it('said a second time: an app that was removed does not come back', async () => {
    const registry = open();
    const once = add(shop);
    await registry.change(once);
    await registry.change(signed({ do: 'remove', id: 'shop' }));
    await assert.rejects(registry.change(once), { code: 'registration-refused' });
    assert.deepEqual(registry.find({}), []);
  });

  it('an origin of another app', async () => {
    const registry = open();
    await registry.change(add(shop));
    const thief = { ...shop, id: 'thief', origins: ['https://thief.example', 'https://shop.example'] };
    await assert.rejects(registry.change(add(thief)), { code: 'origin-taken' });
    assert.deepEqual(
      registry.find({}).map(({ id }) => id),
      ['shop'],
    );
    assert.equal(registry.knows('https://thief.example'), false);
  });

  it('a cloud without an operator’s key changes nothing for anybody', async () => {
    await assert.rejects(open(null).change(add(shop)), { code: 'registration-refused' });
  });

  const said = (): Registration => ({
    v: 1,
    deployment: 'test',
    action: { do: 'add', app: shop },
    expires: clock.now + 1,
    nonce: new Uint8Array(32),
  });
});

describe('what is not exactly a web origin is never registered', () => {
  for (const origin of [
    'https://shop.example/',
    'https://shop.example/path',
    'https://*.example',
    '*',
    'null',
    'https://user@shop.example',
    'https://shöp.example',
    'https://SHOP.example',
    'https://shop.example.',
    'https://shop.example:443',
    'https://shop.example:99999',
    'http://shop.example',
    'http://localhost.evil.example',
    'https://shop.example; script-src *',
    "https://shop.example 'unsafe-inline'",
    'ftp://shop.example',
    'data:text/html,x',
    '',
    `https://${'a'.repeat(130)}.example`,
  ]) {
    it(JSON.stringify(origin), () => {
      assert.throws(() => add({ ...shop, origins: [origin] }), { code: 'malformed' });
    });
  }
  for (const [what, changed] of [
    ['no origin', { origins: [] }],
    ['one origin twice', { origins: ['https://a.example', 'https://a.example'] }],
    ['an icon that is a page', { icon: 'data:text/html;base64,PGI+' }],
    ['an icon that is a drawing with scripts', { icon: 'data:image/svg+xml;base64,PHN2Zz4=' }],
    ['an icon from elsewhere', { icon: 'https://evil.example/a.png' }],
    ['a name of nothing', { name: '' }],
    ['an id that is a path', { id: '../x' }],
  ] as const) {
    it(what, () => {
      assert.throws(() => add({ ...shop, ...changed } as RegisteredApp), { code: 'malformed' });
    });
  }
});

describe('over HTTP', () => {
  const registry = open();
  const log = createLogger({ party: 'test', fields: [], write: () => undefined });
  const app = createApp(registryRoutes(registry), {
    party: 'cloud',
    version: '0',
    log,
    metrics: new Metrics(),
    ready: () => true,
  });
  const post = (body: Uint8Array) =>
    app.fetch(
      new Request('http://cloud/v1/apps', {
        method: 'POST',
        headers: { 'content-type': 'application/cbor' },
        body: Uint8Array.from(body),
      }),
    );

  it('a signed change is taken, and read as JSON by everybody', async () => {
    assert.equal((await post(signedRegistrationCodec.encode(add(shop)))).status, 200);
    const answer = await app.fetch(new Request('http://cloud/v1/apps?origin=https%3A%2F%2Fshop.example'));
    assert.equal(answer.headers.get('content-type'), 'application/json');
    assert.deepEqual(appsAnswer.decode(new Uint8Array(await answer.arrayBuffer())), { apps: [shop] });
  });

  it('a question of two kinds, or of none that there is, is malformed', async () => {
    for (const query of ['id=shop&origin=https%3A%2F%2Fshop.example', 'origin=https%3A%2F%2Fshop.example%2F', 'x=1']) {
      assert.equal((await app.fetch(new Request(`http://cloud/v1/apps?${query}`))).status, 400, query);
    }
  });

  it('noise is refused', async () => {
    assert.equal((await post(new Uint8Array(100))).status, 400);
    assert.equal((await post(new Uint8Array(40_000))).status, 413);
  });
});

it('the operator’s key is made once, and only its owner can read it', () => {
  const dataDir = mkdtempSync(join(folder, 'data-'));
  assert.equal(readOperator(dataDir), null);
  const file = initialiseOperator(dataDir);
  assert.equal(statSync(file).mode & 0o777, 0o400);
  const made = readOperator(dataDir);
  initialiseOperator(dataDir);
  assert.ok(made !== null && equal(made, readOperator(dataDir) ?? new Uint8Array()));
});

function flipped({ body, signature }: Signed): Signed {
  const changed = Uint8Array.from(body);
  changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
  return { body: changed, signature };
}
