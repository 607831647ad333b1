import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readIssuerConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'issuer-config-'));
after(() => rmSync(folder, { recursive: true }));

const good = {
  dataDir: 'data',
  url: 'http://127.0.0.1:4101',
  host: '127.0.0.1',
  port: 4101,
  clients: [{ id: 'wallet', name: 'Wallet', redirectUris: ['http://127.0.0.1/callback'], origins: [] }],
  smtp: { host: '127.0.0.1', port: 25, secure: false, from: 'issuer@example.test' },
};

function read(config: unknown) {
  const path = join(folder, 'issuer.json');
  writeFileSync(path, JSON.stringify(config));
  return readIssuerConfig(path);
}

test('paths are relative to the file, and what is left out has its default', () => {
  const config = read(good);
  assert.equal(config.dataDir, join(folder, 'data'));
  assert.equal(config.codeTtlSeconds, 600);
  assert.deepEqual(config.limits.networkAndMailbox, { quarterHour: 5, day: 50 });
});

const web = (uri: string) => ({ clients: [{ ...good.clients[0], application: 'web', redirectUris: [uri] }] });
const atNetwork = { url: 'https://id.example.test', behindProxy: true };

test('a web client comes back to https, and to a name under localhost where the issuer is on loopback itself', () => {
  const local = read({ ...good, ...web('http://wallet.localhost:4107/callback') });
  assert.equal(local.clients[0]?.application, 'web');
  assert.ok(read({ ...good, ...web('https://wallet.example/callback'), ...atNetwork }));
  assert.equal(read(good).clients[0]?.application, 'native');
});

test('a field that is wrong, missing or unknown is named', () => {
  const cases: [object, RegExp][] = [
    [{ url: 'http://127.0.0.1:4101/' }, /: url: must be an origin/],
    [{ url: undefined }, /: url: /],
    [{ clients: [{ ...good.clients[0], origins: ['https://a.example/path'] }] }, /clients\.0\.origins\.0/],
    [{ smtp: { ...good.smtp, user: 'me' } }, /smtp: user and passFile go together/],
    [{ url: 'https://id.example.test' }, /behindProxy: an https issuer stands behind a proxy/],
    [web('http://wallet.example/callback'), /clients: a web client is sent back to https/],
    [{ ...web('http://wallet.localhost:4107/callback'), ...atNetwork }, /clients: a web client is sent back to https/],
    [{ codeTtlSeconds: 901 }, /codeTtlSeconds/],
    [{ debug: true }, /debug/],
  ];
  for (const [change, words] of cases) {
    assert.throws(() => read({ ...good, ...change }), { code: 'config-invalid', message: words });
  }
});
