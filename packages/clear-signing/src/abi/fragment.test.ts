import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFragment } from './fragment.ts';

test('the selector is that of the types alone', () => {
  const named = parseFragment('transfer(address to,uint256 value)');
  assert.equal(named.signature, 'transfer(address,uint256)');
  assert.equal(named.selector, '0xa9059cbb');
  assert.equal(parseFragment('transfer(address,uint256)').selector, '0xa9059cbb');
  assert.deepEqual(
    named.inputs.map((input) => input.name),
    ['to', 'value'],
  );
});

test('tuples and arrays nest, and white space does not count', () => {
  const spaced = parseFragment(' submitOrder( (address token, uint256[2][] amounts )[] orders , bytes32 salt ) ');
  assert.equal(spaced.signature, 'submitOrder((address,uint256[2][])[],bytes32)');
  assert.equal(parseFragment('f(tuple(bool a) x)').signature, 'f((bool))');
  assert.equal(parseFragment('f()').signature, 'f()');
  assert.equal(parseFragment('f(address payable to)').inputs[0]?.name, 'to');
});

test('what is no function of canonical types is refused', () => {
  const wrong = [
    '',
    'f',
    'f(',
    'f(uint x)',
    'f(uint257 x)',
    'f(bytes33 x)',
    'f(address x',
    'f(address x,)',
    'f(address x))',
  ];
  const stranger = [
    'f(() x)',
    'f(uint256[0] x)',
    'f(uint256[99999999] x)',
    'f(foo x)',
    'f(uint256[a] x)',
    'function f(bool)',
    'f(bool a,bool a)',
    'f((bool a,bool a) b)',
  ];
  for (const text of [...wrong, ...stranger]) {
    assert.throws(() => parseFragment(text), { code: 'descriptor-invalid' }, text);
  }
});

test('types nested without end are refused', () => {
  assert.throws(() => parseFragment(`f(${'('.repeat(5000)}`), { code: 'too-large' });
  assert.throws(() => parseFragment(`f(bool${'[]'.repeat(5000)} x)`), { code: 'too-large' });
});
