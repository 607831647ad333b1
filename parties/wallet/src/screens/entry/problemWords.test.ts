import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOf } from '../../session/problem.ts';
import { ar } from '../../words/ar.ts';
import { de } from '../../words/de.ts';
import { en } from '../../words/en.ts';
import { sentenceOf } from './problemWords.ts';

test('a party that does not answer is named', () => {
  const problem = { code: 'party-unreachable', retry: true, party: 'kms' } as const;
  assert.match(sentenceOf(problem, en), /^The key keeper does not answer/);
  assert.match(sentenceOf(problem, de), /^Der Schlüsselverwahrer antwortet nicht/);
  assert.match(sentenceOf(problem, ar), /^خدمة حفظ المفاتيح/);
  assert.match(sentenceOf({ ...problem, party: null }, en), /^A service does not answer/);
  assert.match(sentenceOf({ code: 'chain-unreachable', retry: true, party: null }, en), /^The network does not answer/);
});

test('an error that nobody foresaw has a sentence too, and says nothing of itself', () => {
  const problem = problemOf(new TypeError('at 0x1234 in store'));
  assert.deepEqual(problem, { code: 'unexpected', retry: true, party: null });
  assert.equal(sentenceOf(problem, en), en.problem.general);
});
