import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHex } from '@symbolon/crypto';
import { statementListCodec, writePageRelease } from '@symbolon/protocol';
import { makeWorld } from '../../../../packages/verify/src/testing.ts';
import { isServed } from './pageWorker.ts';
import { workerWorld as worldOf } from './testing.ts';

const wait = 60_000;
const workerWorld = async () => worldOf(await makeWorld());

/** A browser that has pinned an allowed release. */
async function pinned() {
  const world = await workerWorld();
  const first = await world.build('one');
  world.allow(first);
  world.clock.now += wait;
  world.host.release = first;
  const worker = world.start();
  await worker.install();
  await worker.activate();
  const served = async (address = '/') => (await (await world.start().answer(address))?.text()) ?? null;
  /** The next time that somebody opens the wallet. */
  const later = async () => {
    world.clock.now += wait;
    await world.start().check();
  };
  return { ...world, first, served, later };
}

describe('a release is pinned', () => {
  it('where organisations allow it: whole, and served from then on without the host', async () => {
    const { host, served, asked } = await pinned();
    host.release = null;
    asked.length = 0;
    assert.equal(await served('/'), 'account one');
    assert.equal(await served('/callback'), 'account one');
    assert.equal(await served('/approve'), 'approve one');
    assert.equal(await served('/assets/part.one.js'), 'part one');
    assert.equal(await served('/chains.json'), '[]');
    assert.deepEqual(asked, []);
  });

  it('never where they do not, or not yet, or where nobody can say', async () => {
    for (const spoil of ['undecided', 'waiting', 'withdrawn', 'kms', 'file', 'config'] as const) {
      const world = await workerWorld();
      const release = await world.build('one', spoil === 'config' ? { '/config.json': '{}' } : {});
      if (spoil !== 'undecided') world.allow(release);
      if (spoil === 'withdrawn') world.allow(release, 'withdraw-page');
      if (spoil !== 'waiting') world.clock.now += wait;
      if (spoil === 'kms') world.host.statements = new Uint8Array();
      if (spoil === 'file') release.files.set('/approve.html', new TextEncoder().encode('approve evil'));
      world.host.release = release;
      await assert.rejects(world.start().install(), { name: 'NotTaken' }, spoil);
      assert.equal(await world.start().answer('/'), null, spoil);
    }
  });

  it('on a later visit, where a stranger’s page came first and left nothing behind', async () => {
    const [world, stranger] = [await workerWorld(), await workerWorld()];
    const theirs = await stranger.build('evil');
    stranger.decide({ what: 'withdraw-page', release: theirs.hash, note: '' });
    world.host.release = theirs;
    world.host.statements = statementListCodec.encode({ statements: stranger.list });
    await assert.rejects(world.start().install(), { reason: 'not-allowed' });
    const first = await world.build('one');
    world.allow(first);
    world.clock.now += wait;
    Object.assign(world.host, { release: first, statements: null });
    await world.start().install();
    assert.equal(await (await world.start().answer('/'))?.text(), 'account one');
  });

  it('only by k of n: not by one organisation, not by strangers, not by the same one twice', async () => {
    for (const by of [[0], [0, 0]]) {
      const world = await workerWorld();
      const release = await world.build('one');
      const keys = by.map((index) => world.organisations[index] ?? assert.fail());
      world.decide({ what: 'allow-page', release: release.hash, note: '' }, keys);
      world.clock.now += wait;
      world.host.release = release;
      await assert.rejects(world.start().install(), { reason: 'statements-invalid' });
    }
  });
});

describe('a newer release', () => {
  it('is taken when it is allowed, and the page is told', async () => {
    const { build, allow, host, served, later, news } = await pinned();
    const second = await build('two');
    allow(second);
    host.release = second;
    await later();
    assert.equal(await served(), 'account two');
    assert.deepEqual(news, [{ what: 'release-taken', release: toHex(second.hash) }]);
    assert.equal(await served('/assets/part.one.js'), 'part one', 'for a page of the old one that is still open');
  });

  it('is refused when it is not allowed: the old one is served, and the page is told each time', async () => {
    const { build, host, served, later, news } = await pinned();
    const evil = await build('evil');
    host.release = evil;
    await later();
    await later();
    assert.equal(await served(), 'account one');
    const told = { what: 'release-refused', release: toHex(evil.hash), reason: 'not-allowed' };
    assert.deepEqual(news, [told, told]);
  });

  it('is refused while it waits, and once it was withdrawn', async () => {
    const { build, allow, host, served, clock, start, news } = await pinned();
    const second = await build('two');
    allow(second);
    host.release = second;
    clock.now += wait - 1;
    await start().check();
    assert.equal(await served(), 'account one');
    allow(second, 'withdraw-page');
    clock.now += 10 * wait;
    await start().check();
    assert.equal(await served(), 'account one');
    assert.deepEqual(
      news.map((one) => 'reason' in one && one.reason),
      ['not-allowed', 'not-allowed'],
    );
  });

  it('is refused where one of its files is another than its manifest says, and nothing of it is served', async () => {
    const { build, allow, host, served, later, news } = await pinned();
    const second = await build('two');
    allow(second);
    second.files.set('/approve.html', new TextEncoder().encode('approve evil'));
    host.release = second;
    await later();
    assert.equal(await served('/approve'), 'approve one');
    assert.equal(await served('/'), 'account one');
    assert.equal(news[0]?.what === 'release-refused' && news[0].reason, 'file-differs');
  });

  it('does not bring roots of its own: the organisations stay those of the first', async () => {
    const { build, host, later, served, news, start, clock } = await pinned();
    const stranger = await workerWorld();
    const theirs = await stranger.build('evil');
    stranger.allow(theirs);
    host.release = theirs;
    host.statements = statementListCodec.encode({ statements: stranger.list });
    await later();
    assert.equal(await served(), 'account one');
    assert.equal(news[0]?.what === 'release-refused' && news[0].reason, 'statements-invalid');
    host.statements = null;
    host.release = await build('unallowed');
    clock.now += wait;
    await start().check();
    assert.equal(await served(), 'account one');
  });

  it('is not taken back for the one before, unless it was withdrawn itself', async () => {
    const { first, build, allow, host, served, later, news } = await pinned();
    const second = await build('two');
    allow(second);
    host.release = second;
    await later();
    host.release = first;
    await later();
    assert.equal(await served(), 'account two');
    assert.equal(news[1]?.what === 'release-refused' && news[1].reason, 'older');
    allow(second, 'withdraw-page');
    await later();
    assert.equal(await served(), 'account one');
  });

  it('is asked for at most once a minute', async () => {
    const { start, asked, clock } = await pinned();
    const worker = start();
    asked.length = 0;
    await worker.check();
    await worker.check();
    assert.equal(asked.filter((address) => address === '/release.json').length, 1);
    clock.now += wait;
    await worker.check();
    assert.equal(asked.filter((address) => address === '/release.json').length, 2);
  });
});

describe('a host that lies', () => {
  it('cannot bring an older list of statements: what was withdrawn stays withdrawn', async () => {
    const { build, allow, host, list, later, served, news } = await pinned();
    const second = await build('two');
    allow(second);
    const before = statementListCodec.encode({ statements: [...list] });
    allow(second, 'withdraw-page');
    await later();
    host.release = second;
    host.statements = before;
    await later();
    assert.equal(await served(), 'account one');
    assert.equal(news[0]?.what === 'release-refused' && news[0].reason, 'statements-invalid');
  });

  it('is told of where its manifest is nonsense, or says a thing twice', async () => {
    const { host, first, later, served, news } = await pinned();
    const twice = `{"v":1,"v":1${new TextDecoder().decode(first.manifest).slice('{"v":1'.length)}`;
    for (const manifest of ['not json', '{}', twice]) {
      host.release = { ...first, manifest: new TextEncoder().encode(manifest) };
      await later();
    }
    assert.equal(await served(), 'account one');
    assert.equal(news.length, 3);
    assert.ok(news.every((one) => one.what === 'release-refused' && one.reason === 'manifest-unreadable'));
  });

  it('and has the pinned release no more, cannot bring another in its place', async () => {
    const { host, files, build, start } = await pinned();
    files.kept.clear();
    host.release = await build('evil');
    const response = await start().answer('/');
    assert.equal(response?.status, 503);
    assert.match(response?.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  });

  it('who changes what the browser keeps changes nothing: every file is measured again', async () => {
    const { files, served } = await pinned();
    for (const name of files.kept.keys()) files.kept.set(name, new TextEncoder().encode('evil'));
    assert.equal(await served('/'), 'account one');
  });

  it('a release that was withdrawn is served on, since nothing allowed is there, and the page is told', async () => {
    const { first, allow, later, served, news } = await pinned();
    allow(first, 'withdraw-page');
    await later();
    assert.equal(await served(), 'account one');
    assert.deepEqual(news, [{ what: 'release-withdrawn', release: toHex(first.hash) }]);
  });

  it('a changed service worker is told of, one of an allowed release is not', async () => {
    const { build, allow, host, clock, start, news } = await pinned();
    await start().workerFound();
    assert.deepEqual(news, [{ what: 'worker-changed' }]);
    news.length = 0;
    const second = await build('two', { '/sw.js': 'worker two' });
    allow(second);
    clock.now += wait;
    host.release = second;
    await start().workerFound();
    assert.deepEqual(news, [{ what: 'release-taken', release: toHex(second.hash) }]);
  });
});

describe('no host and no kms', () => {
  it('is no alarm: the page is served, and nothing is told', async () => {
    const { host, later, served, news } = await pinned();
    host.release = null;
    await later();
    assert.equal(await served(), 'account one');
    assert.deepEqual(news, []);
  });

  it('and a kms that is away while the host offers the same, neither', async () => {
    const { host, later, news } = await pinned();
    host.statements = new Uint8Array();
    await later();
    assert.deepEqual(news, []);
  });
});

it('answers carry the headers that the web host’s do, and the dialog is framed by whom the registry names', async () => {
  const { start, host, clock } = await pinned();
  const policyAt = async (address: string) =>
    (await start().answer(address))?.headers.get('content-security-policy') ?? '';
  assert.match(await policyAt('/'), /connect-src 'self' https:\/\/kms\.example; .*frame-ancestors 'none'/);
  assert.match(await policyAt('/dialog/shop'), /frame-ancestors https:\/\/shop\.example;/);
  assert.match(await policyAt('/dialog/unknown'), /frame-ancestors 'none'/);
  const worker = start();
  await worker.answer('/dialog/shop');
  host.origins = [];
  clock.now += wait;
  assert.match(
    (await worker.answer('/dialog/shop'))?.headers.get('content-security-policy') ?? '',
    /frame-ancestors 'none'/,
  );
  assert.equal((await worker.answer('/approve'))?.headers.get('cross-origin-opener-policy'), 'unsafe-none');
});

it('serves its own addresses, and leaves every other to the network', async () => {
  for (const address of [
    '/',
    '/callback',
    '/approve',
    '/dialog/shop',
    '/assets/x.js',
    '/config.json',
    '/chains.json',
  ]) {
    assert.ok(isServed(address), address);
  }
  for (const address of ['/sw.js', '/release.json', '/account.html', '/dialog/', '/v1/apps', '/favicon.ico']) {
    assert.ok(!isServed(address), address);
  }
  const { start } = await pinned();
  assert.equal(await start().answer('/assets/unknown.js'), null);
  assert.equal(await start().answer('/account.html'), null);
});

it('a manifest of another spelling is no manifest', async () => {
  const { first } = await pinned();
  const parsed = JSON.parse(new TextDecoder().decode(first.manifest));
  assert.deepEqual(writePageRelease(parsed), first.manifest);
});
