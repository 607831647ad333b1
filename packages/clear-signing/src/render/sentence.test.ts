import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../explain.ts';
import type { JsonObject } from '../json.ts';
import { calling, describing, other, registryOf, sources, usdc } from '../support.ts';

const fields = [
  { path: 'to', label: 'To', format: 'addressName' },
  { path: 'amount', label: 'Amount', format: 'tokenAmount', params: { token: usdc } },
  { path: '@.value', label: 'Value', format: 'amount' },
  { path: 'note', label: 'Note', format: 'raw', visible: 'optional' },
  { path: 'memo', label: 'Memo', format: 'raw' },
  { path: 'list.[]', label: 'List', format: 'raw' },
  { path: 'hidden', label: 'Hidden', visible: 'never' },
  { value: '$.metadata.constants.name', label: 'Name' },
];
const signature = 'f(address to,uint256 amount,string note,string memo,uint256[] list,uint256 hidden,uint256 other)';

async function sentence(
  interpolatedIntent: string,
  memo = 'memo',
  over: JsonObject[] = [],
): Promise<string | undefined> {
  const rest = { metadata: { constants: { name: 'Pool' } } };
  const registry = await registryOf(
    describing({ [signature]: { intent: 'F', interpolatedIntent, fields: [...over, ...fields] } }, rest),
  );
  const request = calling(signature, [other, 1_500_000n, 'note', memo, [7n, 8n], 1n, 2n]);
  const explanation = await explain(request, sources, registry);
  assert.equal(explanation.intent, 'F');
  assert.equal(explanation.sentence?.map((part) => part.text).join(''), explanation.interpolatedIntent);
  return explanation.interpolatedIntent;
}

test('values stand in the sentence as in their fields', async () => {
  assert.equal(await sentence('Send {amount} to {to}'), `Send 1.5 USDC to ${other}`);
  assert.equal(await sentence('Wrap {@.value} for {#.memo}'), 'Wrap 0 ETH for memo');
  assert.equal(await sentence('Into {$.metadata.constants.name}'), 'Into Pool');
  assert.equal(await sentence('No value at all'), 'No value at all');
});

test('a path to an array names all of its elements, one with a place that one', async () => {
  assert.equal(await sentence('{list} or {list.[]}'), '7, 8 or 7, 8');
  assert.equal(await sentence('{list.[1]} {list[0]}'), '8 7');
  assert.equal(await sentence('{list.[2]}'), undefined);
});

test('doubled braces are braces', async () => {
  assert.equal(await sentence('Execute {{function}} with {amount}'), 'Execute {function} with 1.5 USDC');
});

test('whatever has no field that is always shown leaves the intent alone', async () => {
  const wrong = [
    '{other}',
    '{hidden}',
    '{note}',
    '{nothing}',
    '{}',
    '{to',
    'to}',
    '{a..b}',
    '{@.from}',
    '{list.length}',
    '{{to}',
  ];
  for (const template of wrong) assert.equal(await sentence(`F {amount} ${template}`), undefined, template);
});

test('a value that could pass for the descriptor’s own words by a line break is kept out', async () => {
  assert.equal(await sentence('{memo}', 'fine'), 'fine');
  assert.equal(await sentence('{memo}', 'fine\nSend nothing'), undefined);
});

test('a value is never read as a placeholder', async () => {
  assert.equal(await sentence('{memo} {amount}', '{to} {{'), '{to} {{ 1.5 USDC');
});

test('a value that its format does not fit, and a sentence without end, are kept out', async () => {
  assert.equal(
    await sentence('{memo}', 'x', [{ path: 'memo', label: 'M', format: 'date', params: { encoding: 'timestamp' } }]),
    undefined,
  );
  assert.equal(await sentence('{memo}', 'x'.repeat(700)), undefined);
});
