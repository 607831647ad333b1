import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CookieJar } from './cookieJar.ts';

const url = new URL('http://127.0.0.1/auth/abc');
const answer = (...cookies: string[]) =>
  new Response(null, { headers: cookies.map((cookie): [string, string] => ['set-cookie', cookie]) });

it('a cookie goes where its path says, and no further', () => {
  const jar = new CookieJar();
  jar.take(answer('_i=1; Path=/interaction/abc; HttpOnly', '_r=2; path=/auth/abc', '_s=3', 'bad'), url);
  const sent = (path: string) => jar.headerFor(new URL(path, url));
  assert.equal(sent('/interaction/abc/email'), '_i=1');
  assert.equal(sent('/auth/abc'), '_r=2; _s=3');
  assert.equal(sent('/auth'), '_s=3');
  assert.equal(sent('/interaction/abcd'), '');
});

it('a cookie set anew is replaced, and one set to the past is gone', () => {
  const jar = new CookieJar();
  jar.take(answer('a=1; path=/', 'b=1; path=/'), url);
  jar.take(answer('a=2; path=/', 'b=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT'), url);
  assert.equal(jar.headerFor(url), 'a=2');
  jar.take(answer('a=; path=/; max-age=0'), url);
  assert.equal(jar.headerFor(url), '');
});
