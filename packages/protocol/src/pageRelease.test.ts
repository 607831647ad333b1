import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHex, utf8 } from '@symbolon/crypto';
import * as fc from 'fast-check';
import { pageCaching, pageHeaders } from './pageHeaders.ts';
import {
  dialogApp,
  documentOf,
  type PageRelease,
  pageReleaseHash,
  readPageRelease,
  servedByPath,
  writePageRelease,
} from './pageRelease.ts';

const file = (path: string) => ({ path, sha256: '0'.repeat(64), bytes: 1, type: 'application/json' as const });
const release: PageRelease = {
  v: 1,
  connect: ['http://127.0.0.1:4102', 'https://issuer.example'],
  files: [file('/assets/a.js'), file('/config.json')],
};
const written = (changed: object) => utf8(JSON.stringify({ ...release, ...changed }));
const refused = (bytes: Uint8Array) => assert.throws(() => readPageRelease(bytes), { code: 'malformed' });

describe('a manifest', () => {
  it('has one spelling, and everything else is refused', () => {
    const bytes = writePageRelease(release);
    assert.deepEqual(readPageRelease(bytes), release);
    const text = new TextDecoder().decode(bytes);
    for (const other of [
      ` ${text}`,
      `${text}\n`,
      text.replace('{"v":1', '{"v":2,"v":1'),
      text.replace('{"v":1', '{"v":1.0'),
      text.replace('"bytes":1', '"bytes":1,"more":2'),
      text.replace('"/config.json"', '"/\\u0063onfig.json"'),
      JSON.stringify({ files: release.files, connect: release.connect, v: 1 }),
      '',
      'null',
      '[]',
    ]) {
      refused(utf8(other));
    }
  });

  it('names each file once, in order, at a plain path, with a type that is served', () => {
    for (const path of [
      'config.json',
      '/../x',
      '/a/../b',
      '//x',
      '/a b',
      '/a?b',
      '/a%2fb',
      '/.hidden',
      '/a/b/c/d',
      '/',
    ]) {
      refused(written({ files: [file(path)] }));
    }
    refused(written({ files: [file('/b.json'), file('/a.json')] }));
    refused(written({ files: [file('/a.json'), file('/a.json')] }));
    refused(written({ files: [{ ...file('/a.json'), type: 'application/x-sh' }] }));
    refused(written({ files: [] }));
  });

  it('can put nothing into a policy but origins', () => {
    for (const source of [
      "https://a.example; script-src 'unsafe-inline'",
      'https://a.example https://b.example',
      '*',
      'https:',
      'https://*.example',
      'https://a.example/',
      'https://A.example',
      'javascript:x',
      "'unsafe-eval'",
      'data:',
    ]) {
      refused(written({ connect: [source] }));
    }
    refused(written({ connect: [...release.connect].reverse() }));
  });

  it('of other bytes has another hash', () => {
    const bytes = writePageRelease(release);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ by;
        assert.notEqual(toHex(pageReleaseHash(changed)), toHex(pageReleaseHash(bytes)));
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe('addresses', () => {
  it('three documents, and the dialog of each app', () => {
    assert.equal(documentOf('/'), '/account.html');
    assert.equal(documentOf('/callback'), '/account.html');
    assert.equal(documentOf('/approve'), '/approve.html');
    assert.equal(documentOf('/dialog/my-app'), '/dialog.html');
    assert.equal(dialogApp('/dialog/my-app'), 'my-app');
    for (const address of [
      '/account.html',
      '/approve/',
      '/dialog',
      '/dialog/',
      '/dialog/A',
      '/dialog/a/b',
      '/dialog/a;b',
    ]) {
      assert.equal(documentOf(address), null, address);
      assert.equal(dialogApp(address), null, address);
    }
    assert.equal(servedByPath('/dialog.html'), false);
    assert.equal(servedByPath('/sw.js'), true);
  });

  it('only what has its hash in its name is kept for ever', () => {
    assert.match(pageCaching('/assets/a.js'), /immutable/);
    for (const path of ['/account.html', '/sw.js', '/config.json', '/chains.json', '/release.json']) {
      assert.equal(pageCaching(path), 'no-cache');
    }
  });
});

describe('headers', () => {
  const frames = ['https://shop.example'];
  it('only the dialog may be framed, only by whom the registry names', () => {
    for (const address of ['/', '/callback', '/approve', '/dialog/', '/assets/a.js', '/x']) {
      assert.match(
        pageHeaders(address, [], frames)['content-security-policy'] ?? '',
        /frame-ancestors 'none'/,
        address,
      );
    }
    const policy = (origins: string[]) => pageHeaders('/dialog/shop', [], origins)['content-security-policy'] ?? '';
    assert.match(policy(frames), /frame-ancestors https:\/\/shop\.example;/);
    assert.match(policy([]), /frame-ancestors 'none'/);
  });

  it('a page of another site reads one file only, and only the window has an opener', () => {
    for (const address of ['/', '/approve', '/dialog/a', '/config.json', '/release.json', '/sw.js', '/x']) {
      const headers = pageHeaders(address, [], frames);
      assert.equal(headers['access-control-allow-origin'], undefined, address);
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
      assert.equal(headers['cross-origin-opener-policy'], address === '/approve' ? 'unsafe-none' : 'same-origin');
    }
    assert.equal(pageHeaders('/chains.json', [], [])['access-control-allow-origin'], '*');
  });
});
