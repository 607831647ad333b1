import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClientError } from '@symbolon/client';
import type { ApproveView, Question } from '../model.ts';
import { firstSettings } from '../settings.ts';
import { Store } from '../store.ts';
import { Desk } from './desk.ts';

const app = { origin: 'https://shop.example', name: null, icon: null };
const question: Question = { ask: 'embed', app };

function open(covered = { now: false }) {
  const progress = { step: 'idle' } as const;
  const settings = firstSettings;
  const view = new Store<ApproveView>({
    surface: 'dialog',
    progress,
    app,
    development: true,
    release: null,
    settings,
  });
  const desk = new Desk(view, () => (covered.now ? 'not-visible' : null));
  const left = new AbortController();
  let answer: string | null = null;
  const ask = () =>
    desk.ask(question, left.signal).then(
      () => {
        answer = 'yes';
      },
      (error: { reason?: string }) => {
        answer = error.reason ?? 'gone';
      },
    );
  const soon = () => new Promise((resolve) => setImmediate(resolve));
  return { view, desk, ask, left, soon, answer: () => answer };
}

describe('a question', () => {
  it('is answered by the person alone, once', async () => {
    const { desk, ask, answer } = open();
    const asked = ask();
    assert.equal(answer(), null);
    desk.approve();
    await asked;
    desk.reject();
    assert.equal(answer(), 'yes');
  });

  it('is not approved by a click at the moment in which something covers it', async () => {
    const covered = { now: false };
    const { desk, view, ask, answer, soon } = open(covered);
    const asked = ask();
    covered.now = true;
    desk.approve();
    await soon();
    assert.equal(answer(), null);
    assert.partialDeepStrictEqual(view.state.progress, { step: 'ask', blocked: 'not-visible' });
    covered.now = false;
    desk.approve();
    await asked;
    assert.equal(answer(), 'yes');
  });

  it('is not approved with a release that was withdrawn; no is no all the same', async () => {
    const { desk, view, ask, answer, soon } = open();
    const asked = ask();
    view.set({ release: 'release-withdrawn' });
    desk.approve();
    await soon();
    assert.equal(answer(), null);
    desk.reject();
    await asked;
    assert.equal(answer(), 'user-rejected');
  });

  it('is taken away with its deadline, and no click answers it any more', async () => {
    const { desk, view, ask, left, answer } = open();
    const asked = ask();
    left.abort({ reason: 'deadline-passed' });
    await asked;
    desk.approve();
    assert.equal(answer(), 'deadline-passed');
    assert.deepEqual(view.state.progress, { step: 'idle' });
  });
});

describe('work that an approval set going', () => {
  it('may be tried again where that may help, and ends where it cannot', async () => {
    const { desk, view, left, soon } = open();
    const errors = [new ClientError('party-unreachable', 'no answer', { party: 'cloud' })];
    const work = desk.work(async () => {
      const error = errors.pop();
      if (error !== undefined) throw error;
      return 'signed';
    }, left.signal);
    await soon();
    assert.partialDeepStrictEqual(view.state.progress, {
      step: 'problem',
      problem: { code: 'party-unreachable', party: 'cloud' },
    });
    desk.retry();
    assert.equal(await work, 'signed');

    const lost = desk.work(() => Promise.reject(new ClientError('deed-invalid', 'no')), left.signal);
    await assert.rejects(lost, { reason: 'wallet-unavailable' });
  });
});
