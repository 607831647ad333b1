import assert from 'node:assert/strict';
import { it } from 'node:test';
import { run } from './fuzzInputs.ts';

it('whatever is sent, a decoder takes it or refuses it, and soon: 24,000 inputs over every codec, proof, token and deed', async () => {
  const { inputs, accepted, refused, slowestMs } = await run(1, 24_000);
  assert.equal(inputs, 24_000);
  assert.equal(accepted + refused, inputs);
  assert.ok(
    accepted > 100 && refused > 10_000,
    `${accepted} taken, ${refused} refused: the mutations are worth something`,
  );
  assert.ok(slowestMs < 1_000);
});
