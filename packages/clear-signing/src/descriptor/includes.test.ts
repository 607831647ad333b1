import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeIncludes } from './includes.ts';

const generic = {
  $schema: 'v2',
  display: {
    formats: {
      'approve(address spender,uint256 value)': {
        intent: 'Approve',
        fields: [
          { path: 'spender', label: 'Spender', format: 'addressName' },
          { path: 'value', label: 'Amount', format: 'tokenAmount', params: { tokenPath: '@.to', threshold: '0x80' } },
        ],
      },
    },
  },
};

function merge(files: Record<string, unknown>, path: string): unknown {
  return mergeIncludes(files[path], path, (include) => ({ json: files[include], path: include }));
}

test('the including file wins key by key; fields of one path merge, others follow', () => {
  const specific = {
    $schema: 'v2',
    context: { contract: { deployments: [{ chainId: 1, address: '0x1' }] } },
    includes: 'generic',
    display: {
      formats: {
        // Written with a space, and with `#.`: still the same function and the same path.
        'approve(address spender, uint256 value)': {
          fields: [
            { path: '#.value', params: { threshold: '0xff' } },
            { path: '@.value', label: 'Sent' },
          ],
        },
      },
    },
  };
  assert.deepEqual(merge({ generic, specific }, 'specific'), {
    $schema: 'v2',
    context: specific.context,
    display: {
      formats: {
        'approve(address spender,uint256 value)': {
          intent: 'Approve',
          fields: [
            { path: 'spender', label: 'Spender', format: 'addressName' },
            {
              path: '#.value',
              label: 'Amount',
              format: 'tokenAmount',
              params: { tokenPath: '@.to', threshold: '0xff' },
            },
            { path: '@.value', label: 'Sent' },
          ],
        },
      },
    },
  });
});

test('includes reach through several files', () => {
  const files = {
    a: { includes: 'b', x: { a: 1 } },
    b: { includes: 'c', x: { a: 2, b: 2 } },
    c: { x: { a: 3, b: 3, c: 3 } },
  };
  assert.deepEqual(merge(files, 'a'), { x: { a: 1, b: 2, c: 3 } });
});

test('files that include each other, or what is no descriptor, are refused', () => {
  for (const files of [
    { a: { includes: 'a' } },
    { a: { includes: 7 } },
    { a: { includes: 'b' }, b: [] },
    { a: null },
  ]) {
    assert.throws(() => merge(files, 'a'), { code: 'descriptor-invalid' });
  }
});

test('a key that names a prototype stays a key', () => {
  const merged = merge({ a: JSON.parse('{"includes":"b","__proto__":{"polluted":1}}'), b: { x: 1 } }, 'a');
  assert.equal(Object.getPrototypeOf(merged), Object.prototype);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});
