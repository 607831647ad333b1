import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { octets } from './codec.ts';
import { route } from './route.ts';
import { cbor, echoApp } from './testing.ts';

type Tree = { readonly children: readonly Tree[] };
const tree: v.GenericSchema<unknown, Tree> = v.strictObject({ children: v.array(v.lazy(() => tree)) });

const everything = v.strictObject({
  id: v.pipe(
    v.instance(Uint8Array),
    v.check((bytes) => bytes.length === 32, 'expected 32 bytes'),
    v.brand('Id'),
  ),
  amount: v.pipe(v.bigint(), v.minValue(0n)),
  when: v.optional(v.date()),
  kind: v.picklist(['sign', 'create']),
  version: v.literal(1),
  any: v.custom<Uint8Array>((value) => value instanceof Uint8Array),
  map: v.map(v.string(), v.number()),
  either: v.variant('type', [v.strictObject({ type: v.literal('a') }), v.strictObject({ type: v.literal('b') })]),
  list: v.pipe(v.array(v.nullable(v.string())), v.maxLength(8)),
  record: v.record(v.string(), v.unknown()),
  changed: v.pipe(v.string(), v.transform(Number)),
  tree,
});

const routes = [
  route({
    method: 'PUT',
    path: '/v1/everything',
    summary: 'All schemas.',
    body: cbor(everything),
    answer: cbor(tree),
    maxBytes: 4_096,
    timeoutMs: 1_000,
    handler: async () => ({ children: [] }),
  }),
  route({
    method: 'GET',
    path: '/v1/receipts/:number',
    summary: 'A receipt.',
    answer: octets(),
    timeoutMs: 1_000,
    query: v.strictObject({ number: v.string(), after: v.optional(v.string()) }),
    handler: async () => new Uint8Array(1),
  }),
];

async function description() {
  const { app } = echoApp({ routes });
  return JSON.parse(await (await app.fetch(new Request('http://t/openapi.json'))).text());
}

test('every route is described, with its bound, its media types and the one form of refusals', async () => {
  const { openapi, paths } = await description();
  assert.match(openapi, /^3\.1\./);
  assert.deepEqual(Object.keys(paths).sort(), ['/v1/echo', '/v1/everything', '/v1/receipts/{number}']);
  const put = paths['/v1/everything'].put;
  assert.equal(put.requestBody.description, 'At most 4096 bytes.');
  assert.deepEqual(Object.keys(put.requestBody.content), ['application/cbor']);
  assert.deepEqual(Object.keys(put.responses.default.content), ['application/problem+json']);
  const get = paths['/v1/receipts/{number}'].get;
  assert.deepEqual(Object.keys(get.responses[200].content), ['application/octet-stream']);
  assert.deepEqual(
    get.parameters.map(({ name, in: place, required }: Record<string, unknown>) => [name, place, required]),
    [
      ['number', 'path', true],
      ['after', 'query', false],
    ],
  );
});

test('bytes and bigints have a description, and every reference leads somewhere', async () => {
  const document = await description();
  const body = document.paths['/v1/everything'].put.requestBody.content['application/cbor'].schema;
  assert.deepEqual(body.properties.id, { type: 'string', format: 'binary' });
  assert.equal(body.properties.amount.type, 'integer');
  assert.deepEqual(body.properties.kind.enum, ['sign', 'create']);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]*)"/g)].map((match) => match[1] ?? '');
  assert.ok(references.length > 3);
  for (const reference of references) {
    const found = reference
      .slice(1)
      .split('/')
      .reduce((node, name) => node?.[name], document);
    assert.equal(typeof found, 'object', reference);
  }
});
