import assert from 'node:assert/strict';
import { test } from 'node:test';
import { good } from './findings.ts';
import { explainSilence } from './silence.ts';

const deployment = { mode: 'development' };
const running = { chain: 'http://127.0.0.1:1', mailbox: 'http://127.0.0.1:2' };
const silent = (about: string) => ({ about, url: `http://${about}.test` });

test('where one party is down and others answer, its log is named, and the system is to be started again', () => {
  const found = [good('issuer', 'ready'), silent('cloud')];
  const [issuer, cloud] = explainSilence(found, { path: '/home/s', deployment, running });
  assert.deepEqual(issuer, good('issuer', 'ready'));
  assert.equal(cloud?.says, 'does not answer at http://cloud.test');
  assert.match(cloud?.next ?? '', /^The rest is up: \/home\/s\/logs\/cloud\.log says why .* start it again\.$/);
});

test('where nothing answers, it is to be started; nobody is sent to end what is not up', () => {
  for (const was of [null, running]) {
    const all = explainSilence([silent('issuer'), silent('kms')], { path: '/h', deployment, running: was });
    for (const { next } of all) assert.match(next ?? '', /^Nothing of this system is up: start it with `symbolon up`/);
    assert.equal(/did not end in order/.test(all[0]?.next ?? ''), was !== null);
  }
});

test('a party that others run is asked after with them', () => {
  const production = { mode: 'production' };
  const [kms] = explainSilence([silent('kms')], { path: '/h', deployment: production, running: null });
  assert.match(kms?.next ?? '', /^Ask whoever runs the kms/);
});
