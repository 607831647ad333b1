import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchTransport, MemoryStorage, type Transport } from '@symbolon/client';
import { utf8 } from '@symbolon/crypto';
import { SigningKey } from '@symbolon/crypto/native';
import {
  type AllowedPair,
  addressOf,
  type Decision,
  type LoggedStatement,
  paths,
  type StatementList,
  signStatement,
  statementBodyCodec,
  statementEntryStatement,
  statementListCodec,
} from '@symbolon/protocol';
import { statementHash } from '@symbolon/verify';
import { standBetween } from '../support/between.ts';
import { clientOf } from '../support/client.ts';
import { createWallet, type HandWallet } from '../support/creation.ts';
import { Hand } from '../support/hand.ts';
import { post } from '../support/http.ts';
import { Insider } from '../support/insider.ts';
import { nothingHappens, recordsOf, withStore } from '../support/records.ts';
import { askRelease } from '../support/release.ts';
import { askB, assertSigns, prepare } from '../support/signing.ts';
import { listAt, nextBodyOn, organisations, signedBy, submit } from '../support/statements.ts';
import { bootWorld, introduceSigner, signerOf, type World } from '../support/world.ts';

const waitSeconds = 8;

describe('law 12: who may be trusted is decided k-of-n, with a wait, on a list that never goes back', () => {
  let world: World;
  let admitted: StatementList;
  let pair: AllowedPair;

  before(async () => {
    world = await bootWorld({ waitSeconds });
    admitted = await listAt(world);
    const decisions = admitted.statements.map(({ statement }) => statementBodyCodec.decode(statement.body).decision);
    const first = decisions.find((decision) => decision.what === 'allow-signer');
    assert.ok(first);
    pair = first.pair;
  });
  after(() => world[Symbol.asyncDispose]());

  const other = (): Decision => ({
    what: 'allow-signer',
    pair: { ...pair, pcr0: new Uint8Array(48).fill(9) },
    note: '',
  });
  const sign = (hand: Hand, storage: MemoryStorage, transport: Transport = fetchTransport(fetch)) =>
    clientOf(hand, { storage, transport }).sign({ type: 'evm-message', message: utf8('hello') });

  test('during the waiting time no party takes the signer: not the kms, not the cloud, not the device', async () => {
    const signer = await signerOf(world);
    for (const store of ['kms', 'cloud'] as const) {
      const { code } = await post(addressOf(world.deployment[store].url, paths.signers), signer.evidence);
      assert.equal(code, 'evidence-not-allowed', store);
    }
    await assert.rejects(clientOf(new Hand(world)).create(), { code: 'evidence-refused' });
  });

  describe('once it is over', () => {
    let person: Hand;
    let wallet: HandWallet;
    const storage = new MemoryStorage();

    before(async () => {
      await sleep(waitSeconds * 1_000);
      await introduceSigner(world);
      person = new Hand(world);
      wallet = await createWallet(person);
      await clientOf(person, { storage }).open();
      await sign(person, storage);
    });

    test('a statement that is not the next one, whole and signed by enough organisations, is refused', async () => {
      const [a, b, c] = organisations(world);
      assert.ok(a && b && c);
      const body = nextBodyOn(world, admitted, other());
      const good = signedBy(body, [a, b]);
      const stranger = SigningKey.generate();
      const [first] = good.signatures;
      assert.ok(first);
      const refused = {
        'one signature': signedBy(body, [a]),
        'one organisation twice': signedBy(body, [a, a]),
        'one organisation thrice': signedBy(body, [b, b, b]),
        'an organisation and a stranger': signedBy(body, [a, stranger]),
        'one that signed other bytes': { ...good, body: nextBodyOn(world, admitted, other(), { made: 1 }) },
        "one organisation's signature under another's name": {
          body,
          signatures: [first, { ...first, organisation: b.publicKey }],
        },
        'a number left out': signedBy(nextBodyOn(world, admitted, other(), { number: 3 }), [a, b]),
        'a number given twice': signedBy(nextBodyOn(world, admitted, other(), { number: 1, previous: null }), [a, b]),
        'another past': signedBy(nextBodyOn(world, admitted, other(), { previous: new Uint8Array(32) }), [a, b, c]),
        'another deployment': signedBy(nextBodyOn(world, admitted, other(), { deployment: 'dev-00000000' }), [a, b]),
      };
      await nothingHappens(world, async () => {
        for (const [what, statement] of Object.entries(refused)) {
          assert.equal((await submit(world, statement)).code, 'statement-invalid', what);
        }
      });
    });

    describe('a kms that lies about the list', () => {
      /** As its insider can: its own signature on whatever it says was logged. */
      const logged = (body: Uint8Array, keys: SigningKey[], number: number): LoggedStatement => {
        const said = {
          v: 1,
          deployment: world.deployment.id,
          number,
          statement: statementHash(body),
          at: 1,
          log: 1,
        } as const;
        const entry = signStatement(statementEntryStatement, said, new Insider(world, 'kms').signing);
        return { statement: signedBy(body, keys), entry };
      };
      const lies: Record<string, () => StatementList> = {
        'an empty list': () => ({ statements: [] }),
        'a fork that two organisations signed as well': () => {
          const body = nextBodyOn(world, { statements: [] }, other());
          return { statements: [logged(body, organisations(world).slice(0, 2), 1)] };
        },
        'one statement more, of its own invention': () => {
          const body = nextBodyOn(world, admitted, other());
          return {
            statements: [...admitted.statements, logged(body, [SigningKey.generate(), SigningKey.generate()], 2)],
          };
        },
        'one more that too few organisations signed': () => {
          const body = nextBodyOn(world, admitted, other());
          return { statements: [...admitted.statements, logged(body, organisations(world).slice(0, 1), 2)] };
        },
        'the right statement, logged under a key that is not its own': () => {
          const [first] = admitted.statements;
          assert.ok(first);
          const entry = { ...first.entry, signature: new Uint8Array(64) };
          return { statements: [{ ...first, entry }, ...admitted.statements] };
        },
      };

      for (const [what, lie] of Object.entries(lies)) {
        test(`${what}: the device that knows the list stops, loudly`, async () => {
          const transport: Transport = async (request) =>
            request.url.endsWith(paths.statements)
              ? { status: 200, body: statementListCodec.encode(lie()) }
              : fetchTransport(fetch)(request);
          await nothingHappens(world, async () => {
            await assert.rejects(sign(person, storage, transport), { code: 'statements-refused' });
          });
        });

        test(`${what}: the cloud keeps the list that it has verified`, async () => {
          const kept = () => withStore(world, 'cloud', (db) => db.prepare('SELECT * FROM statements').all());
          const before = kept();
          assert.equal(before.length, 1);
          let asked = 0;
          await using _ = await standBetween(world, 'cloud', async ({ path }, forward) => {
            const answer = await forward();
            if (path !== paths.statements) return answer;
            asked += 1;
            return { ...answer, body: statementListCodec.encode(lie()) };
          });
          while (asked === 0) await sleep(20);
          await introduceSigner(world);
          assert.deepEqual(kept(), before);
          await assertSigns(person, wallet, await signerOf(world));
        });
      }
    });

    test('what is newly allowed waits; what is withdrawn ends releases at once', async () => {
      const keys = organisations(world).slice(1);
      const allow = signedBy(nextBodyOn(world, admitted, other()), keys);
      assert.equal((await submit(world, allow)).status, 200);
      assert.equal((await submit(world, allow)).status, 200, 'sent again: answered as before');
      assert.equal((await listAt(world)).statements.length, 2);

      const signer = await introduceSigner(world);
      await assertSigns(person, wallet, signer);
      const withdraw: Decision = { what: 'withdraw-signer', pair, note: 'found wanting' };
      assert.equal((await submit(world, signedBy(nextBodyOn(world, await listAt(world), withdraw), keys))).status, 200);

      const before = recordsOf(world);
      assert.equal(await askRelease(person, prepare(person, wallet, signer)), 'signer-unknown');
      // The cloud reads the list every five seconds; until then the kms alone holds everything back.
      const end = Date.now() + 7_000;
      while ((await askB(person, prepare(person, wallet, signer))).status === 200 && Date.now() < end) await sleep(100);
      assert.equal((await askB(person, prepare(person, wallet, signer))).code, 'signer-unknown');
      for (const store of ['kms', 'cloud'] as const) {
        const { code } = await post(addressOf(world.deployment[store].url, paths.signers), signer.evidence);
        assert.equal(code, 'evidence-not-allowed');
      }
      await assert.rejects(sign(person, storage), { code: 'evidence-refused' });
      // The cloud follows the list; beside that nothing has changed anywhere.
      const now = recordsOf(world);
      assert.deepEqual({ ...now, cloud: { ...now.cloud, statements: before.cloud['statements'] } }, before);
    });
  });
});
