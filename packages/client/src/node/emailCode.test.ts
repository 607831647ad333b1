import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasCode } from '../errors.ts';
import type { Session } from '../session.ts';
import { type CodeRequest, signInByEmail } from './emailCode.ts';

const issuer = 'http://127.0.0.1:4101';

/** The issuer's steps for programs: it wants its cookie at each, and the code 123456. */
function steps() {
  let tries = 5;
  const answer = (body: object, init: ResponseInit = {}) => Response.json(body, init);
  const problem = (status: number, code: string, more: object = {}) =>
    answer({ title: 'No.', detail: `not so: ${code}`, status, code, ...more }, { status });
  return async (input: URL, init: { body: string | null; headers: Record<string, string>; redirect: string }) => {
    assert.equal(init.redirect, 'manual');
    assert.equal(init.headers['accept'], 'application/json');
    const fields = init.body === null ? {} : JSON.parse(init.body);
    if (input.pathname === '/auth') {
      const headers = { location: '/interaction/uid', 'set-cookie': 'i=1; path=/interaction/uid' };
      return new Response(null, { status: 303, headers });
    }
    if (input.pathname === '/auth/uid') {
      return new Response(null, { status: 303, headers: { location: 'http://127.0.0.1/callback?code=c&state=s' } });
    }
    if (init.headers['cookie'] !== 'i=1') return problem(404, 'no-such-sign-in');
    if (input.pathname.endsWith('/email')) {
      if (fields.email === 'full@example.com') return problem(429, 'too-many-codes', { retryAfter: 60 });
      return answer({ step: 'code', app: 'test', email: fields.email.toLowerCase(), triesLeft: tries });
    }
    if (fields.code === '123456') return answer({ step: 'done', redirectTo: `${issuer}/auth/uid` });
    tries -= 1;
    return tries === 0 ? problem(410, 'too-many-tries') : problem(422, 'wrong-code', { triesLeft: tries });
  };
}

/** What the user agent needs of a session: where to go, and what to do with where it came back. */
const session = {
  begin: async () => ({ url: `${issuer}/auth?client_id=wallet`, state: 's' }),
  finish: async (callback: string) => callback,
} as unknown as Session;

function signIn(email: string, codes: string[]) {
  const asked: CodeRequest[] = [];
  const result = signInByEmail({
    session,
    email,
    fetch: steps() as unknown as typeof fetch,
    readCode: async (request) => {
      asked.push(request);
      return codes.shift() ?? '';
    },
  });
  return { asked, result };
}

describe('signing in by a mailed code', () => {
  it('follows the steps of the issuer back to the device, with its cookies', async () => {
    const { asked, result } = signIn('Alice@example.com', ['123456']);
    assert.equal(await result, 'http://127.0.0.1/callback?code=c&state=s');
    assert.deepEqual(asked, [{ email: 'alice@example.com', triesLeft: 5, problem: null }]);
  });

  it('asks again after a wrong code, saying how many tries are left, until there are none', async () => {
    const { asked, result } = signIn('alice@example.com', ['000000', '123456']);
    await result;
    assert.deepEqual(
      asked.map(({ triesLeft, problem }) => [triesLeft, problem !== null]),
      [
        [5, false],
        [4, true],
      ],
    );
    const stubborn = signIn('alice@example.com', []);
    await assert.rejects(
      stubborn.result,
      (error) => hasCode(error, 'sign-in-failed') && error.reason === 'too-many-tries' && error.status === 410,
    );
    assert.equal(stubborn.asked.length, 5);
  });

  it("tells the issuer's own reason where it refuses", async () => {
    const { asked, result } = signIn('full@example.com', ['123456']);
    await assert.rejects(result, (error) => hasCode(error, 'sign-in-failed') && error.reason === 'too-many-codes');
    assert.deepEqual(asked, []);
  });
});
