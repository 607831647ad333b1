import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Attack } from './attack.ts';
import { attackOn, carryOut, type Outcome } from './cell.ts';
import { cells, type Half } from './cells.ts';
import { controls } from './controls.ts';
import { type Expected, expected, expectedFurther } from './expected.ts';
import { further } from './further.ts';
import { markdown, type Outcomes } from './table.ts';
import { bootTrustWorld, type TrustWorld } from './trustWorld.ts';
import { Victim } from './victim.ts';

const halves: readonly Half[] = ['before', 'after'];

describe('the trust matrix: what one party, and what every two together, can do to a person with all that they hold', () => {
  const outcomes = new Map<string, Outcomes>();
  const furtherOutcomes = new Map<string, Expected>();
  let world: TrustWorld & AsyncDisposable;
  before(async () => {
    world = await bootTrustWorld({ page: true });
  });
  after(async () => {
    console.log(`\n${markdown(outcomes, furtherOutcomes)}\n`);
    await world?.[Symbol.asyncDispose]();
  });

  for (const half of halves) {
    describe(`${half} a rotation`, () => {
      const attacks = new Map<string, Attack>();
      // All of them first: the stores destroy old keys for many wallets at once, and are waited for once.
      before(async () => {
        for (const { name, who } of cells) {
          attacks.set(name, await attackOn(await Victim.arrive(world), new Set(who), half));
        }
      });

      for (const { name } of cells) {
        test(`${name}: ${say(expected[name])}`, async () => {
          const attack = attacks.get(name);
          assert.ok(attack !== undefined);
          const outcome = await carryOut(attack);
          outcomes.set(name, { ...outcomes.get(name), [half]: inWords(outcome) });
          assertAs(outcome, expected[name]);
        });
      }
    });
  }

  for (const [name, attack] of Object.entries(further)) {
    test(`${name}: ${say(expectedFurther[name])}`, async () => {
      const outcome = await attack(world);
      furtherOutcomes.set(name, inWords(outcome));
      assertAs(outcome, expectedFurther[name]);
    });
  }

  for (const [name, control] of Object.entries(controls)) test(`the control: ${name}`, () => control(world));
});

const inWords = ({ key, signature }: Outcome): Expected => ({
  key: key === null ? 'safe' : 'open',
  signature: signature === null ? 'safe' : 'open',
});

function assertAs(outcome: Outcome, want: Expected | undefined): void {
  const { key, signature } = want ?? {};
  assert.deepEqual(inWords(outcome), { key, signature }, JSON.stringify(outcome));
}

function say(want: Expected | undefined): string {
  if (want?.key === 'open') return 'the key is open';
  return want?.signature === 'open' ? 'a signature is open' : 'safe';
}
