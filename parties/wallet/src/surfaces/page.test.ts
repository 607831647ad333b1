import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Progress } from '../model.ts';
import { Store } from '../store.ts';
import type { ReleaseAlarm } from '../worker/news.ts';
import { orReload } from './page.ts';

const did: string[] = [];
const had = Object.getOwnPropertyDescriptor(globalThis, 'location');
before(() => {
  const location = { reload: () => did.push('reload') };
  Object.defineProperty(globalThis, 'location', { value: location, configurable: true });
});
after(() => {
  if (had === undefined) Reflect.deleteProperty(globalThis, 'location');
  else Object.defineProperty(globalThis, 'location', had);
});

function retryAt(progress: Progress, release: ReleaseAlarm | null = null): string[] {
  did.length = 0;
  orReload({ retry: () => did.push('retry') }, new Store({ progress, release })).retry();
  return [...did];
}

const problem = (code: 'page-incomplete' | 'unexpected' | 'party-unreachable'): Progress => ({
  step: 'problem',
  problem: { code, retry: true, party: null },
});

test('trying again loads the page anew where it cannot mend itself, and is the engine’s work otherwise', () => {
  assert.deepEqual(retryAt(problem('page-incomplete')), ['reload']);
  assert.deepEqual(retryAt(problem('unexpected')), ['reload']);
  assert.deepEqual(retryAt(problem('party-unreachable')), ['retry']);
});

test('a page whose release was withdrawn is loaded anew, one whose host offers another is not', () => {
  assert.deepEqual(retryAt({ step: 'idle' }, 'release-withdrawn'), ['reload']);
  assert.deepEqual(retryAt({ step: 'idle' }, 'release-refused'), ['retry']);
});
