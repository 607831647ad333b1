import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientError } from '@symbolon/client';
import { utf8 } from '@symbolon/crypto';
import { hpkeXWing } from '@symbolon/crypto/native';
import {
  addressOf,
  curvesInOrder,
  digest,
  paths,
  type RotationAgreed,
  type RotationPrepared,
  type RotationProposal,
  rotateAsk,
  rotateCodec,
  rotationAgreedStatement,
  rotationPreparedStatement,
  rotationProposalStatement,
  type Signed,
  type Statement,
  sealInfo,
  signedCodec,
  signStatement,
} from '@symbolon/protocol';
import { type Between, type Meddle, standBetween } from '../support/between.ts';
import { clientOf } from '../support/client.ts';
import { createWallet, type HandWallet } from '../support/creation.ts';
import { bring, bringAlong, enrolled, followedBy, nextBody, orderIn, vouchedBy } from '../support/deeds.ts';
import { Hand, newDeviceKey, prove } from '../support/hand.ts';
import { type Answer, post } from '../support/http.ts';
import { Insider } from '../support/insider.ts';
import { nothingHappens, withStore } from '../support/records.ts';
import { type Canary, type Haystack, search } from '../support/search.ts';
import { tapFetch } from '../support/traffic.ts';
import { bootWorld, introduceSigner, type World } from '../support/world.ts';

const intent = { type: 'evm-message', message: utf8('turn') } as const;

let world: World;
/** What somebody on the wire between cloud and kms does; honest unless a test says otherwise. */
let meddle: Meddle;
const honest: Meddle = (_, forward) => forward();
const wire: Haystack[] = [];
let between: Between;

before(async () => {
  world = await bootWorld();
  meddle = honest;
  between = await standBetween(world, 'cloud', async (hop, forward) => {
    const answer = await meddle(hop, forward);
    wire.push({ where: `cloud asked ${hop.path}`, bytes: hop.body });
    wire.push({ where: `answer of ${hop.path}`, bytes: answer.body });
    return answer;
  });
  await introduceSigner(world);
});
after(async () => {
  await between[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** Until the kms has heard of every flip that was followed: it destroys older keys then, whatever else is going on. */
async function settled(): Promise<void> {
  const count = (table: string) =>
    withStore(world, 'kms', (database) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']));
  for (let tries = 0; count('share_keys') > count('wallets'); tries += 1) {
    assert.ok(tries < 300, 'the kms has not heard');
    await sleep(100);
  }
}

/** The last message that went to one address of the kms. */
const lastTo = (path: string): Uint8Array =>
  between.hops.filter((hop) => hop.path === path).at(-1)?.body ?? new Uint8Array();

/** Signed again by the store itself, as its operator could. */
function resigned<T>(store: 'kms' | 'cloud', kind: Statement<T>, body: Uint8Array, change: (said: T) => T): Uint8Array {
  const said = kind.body.decode(signedCodec.decode(body).body);
  return signedCodec.encode(signStatement(kind, change(said), new Insider(world, store).signing));
}

describe('laws 2 and 11: in a rotation no share leaves a store, and nobody but the two sees what turns them', () => {
  test('on no wire, on no disk and in no log: neither shares, old or new, nor R', async () => {
    const traffic: Haystack[] = [];
    const canaries: Canary[] = [];
    const person = new Hand(world);
    const wallet = await createWallet(person);
    {
      using _ = tapFetch(traffic);
      await clientOf(person).rotate();
    }
    const epoch = (await clientOf(person).wallet()).record.epoch;
    for (const curve of curvesInOrder) {
      canaries.push({ name: `the ${curve} key`, bytes: wallet.keys[curve] });
      const turned: Uint8Array[] = [];
      for (const store of ['kms', 'cloud'] as const) {
        const [old, now] = [
          wallet.shares[store][curve],
          await new Insider(world, store).readShare({ ...wallet, epoch }, curve),
        ];
        canaries.push(
          { name: `old ${curve} of ${store}`, bytes: old },
          { name: `new ${curve} of ${store}`, bytes: now },
        );
        turned.push(old.map((byte, index) => byte ^ (now[index] ?? 0)));
      }
      assert.deepEqual(turned[0], turned[1], 'the control: both turned by the same R');
      canaries.push({ name: `R of ${curve}`, bytes: turned[0] ?? new Uint8Array(32) });
    }
    const proposals = wire.filter(({ where }) => where.includes(paths.proposeRotation));
    assert.ok(proposals.length >= 2 && traffic.length > 8, 'the taps see the rotation');
    assert.deepEqual(search(canaries, [...wire, ...traffic]), []);
    await sleep(300);
    assert.deepEqual(search(canaries, filesOf(world.devnet.home.path)), []);
  });
});

describe('law 6: where either store lies about a rotation nothing flips, and the old epoch signs on', () => {
  const other32 = () => new Uint8Array(randomBytes(32));
  const commitments = <T extends RotationPrepared | RotationAgreed>(said: T): T => ({
    ...said,
    wallets: said.wallets.map((one) => ({ ...one, commitment: other32() })),
  });
  const instead =
    (path: string, answerWith: (answer: Uint8Array, asked: Uint8Array) => Uint8Array): Meddle =>
    async (hop, forward) => {
      const answer = await forward();
      return hop.path === path && answer.status === 200
        ? { ...answer, body: answerWith(answer.body, hop.body) }
        : answer;
    };
  const asks =
    (path: string, change: (body: Uint8Array) => Uint8Array): Meddle =>
    (hop, forward) =>
      forward(hop.path === path ? change(hop.body) : hop.body);
  /** The kms tells the cloud another contribution than the one it turned by. */
  const otherContribution = (answer: Uint8Array, asked: Uint8Array): Uint8Array => {
    const { ephemeral, attempt } = rotationProposalStatement.body.decode(signedCodec.decode(asked).body);
    const { sealed } = hpkeXWing.seal(ephemeral, sealInfo('rotation-cloud', world.deployment.id), attempt, other32());
    return resigned('kms', rotationPreparedStatement, answer, (said) => ({ ...said, contribution: sealed }));
  };
  const sealedToKms = ({ attempt }: RotationProposal): Uint8Array =>
    hpkeXWing.seal(world.deployment.kms.sealing, sealInfo('rotation-kms', world.deployment.id), attempt, other32())
      .sealed;

  const lies: Record<string, () => Meddle> = {
    'the kms commits to another R': () =>
      instead(paths.proposeRotation, (answer) => resigned('kms', rotationPreparedStatement, answer, commitments)),
    'the kms contributes something else than it used': () => instead(paths.proposeRotation, otherContribution),
    'the kms names an epoch that is over': () =>
      instead(paths.proposeRotation, (answer) =>
        resigned('kms', rotationPreparedStatement, answer, (said) => ({
          ...said,
          wallets: said.wallets.map((one) => ({ ...one, epoch: 1 })),
        })),
      ),
    'the cloud contributes something else than it used': () =>
      asks(paths.proposeRotation, (body) =>
        resigned('cloud', rotationProposalStatement, body, (said) => ({ ...said, contribution: sealedToKms(said) })),
      ),
    'the cloud commits to another R': () =>
      asks(paths.agreeRotation, (body) => resigned('cloud', rotationAgreedStatement, body, commitments)),
    'the cloud agrees to another attempt': () =>
      asks(paths.agreeRotation, (body) =>
        resigned('cloud', rotationAgreedStatement, body, (said) => ({ ...said, attempt: other32() })),
      ),
    'somebody between them puts a byte of his own': () =>
      asks(paths.proposeRotation, (body) => body.map((byte, at) => (at === 700 ? byte ^ 1 : byte))),
  };
  for (const [lie, meddling] of Object.entries(lies)) {
    test(lie, async () => {
      const client = clientOf(new Hand(world));
      const { wallet } = await client.create();
      meddle = meddling();
      await assert.rejects(client.rotate(), (error: ClientError) => error.code === 'party-refused');
      meddle = honest;
      assert.equal((await client.sign(intent)).alarm, null);
      assert.equal((await client.wallet()).record.epoch, 1);
      const row = withStore(world, 'kms', (database) =>
        database.prepare('SELECT epoch, given FROM wallets WHERE id = ?').get(wallet.id),
      );
      assert.equal(row?.['epoch'], 1);
      assert.ok(
        (await client.rotate()).wallet.record.epoch > Number(row?.['given']),
        'and the honest rotation after it does not reuse its number',
      );
    });
  }

  test('a hop that gets lost, there or back: the wallet is whole, and the next rotation goes through', async () => {
    for (const path of [paths.proposeRotation, paths.agreeRotation]) {
      for (const arrives of [false, true]) {
        const client = clientOf(new Hand(world));
        await client.create();
        let lost = false;
        meddle = async (hop, forward) => {
          if (hop.path !== path || lost) return forward();
          lost = true;
          if (arrives) await forward();
          throw new Error('lost');
        };
        await client.rotate();
        meddle = honest;
        assert.ok(lost);
        assert.equal((await client.sign(intent)).alarm, null);
      }
    }
  });

  test('the word of a followed flip, lost or brought twice: the older key is gone in the end, and nothing else', async () => {
    const client = clientOf(new Hand(world));
    const { wallet } = await client.create();
    let lost = 0;
    meddle = async (hop, forward) => {
      if (hop.path !== paths.flipsFollowed) return forward();
      if (lost++ === 0) throw new Error('lost');
      await forward();
      return forward();
    };
    const { record } = (await client.rotate()).wallet;
    const epochs = () =>
      withStore(world, 'kms', (database) =>
        database.prepare('SELECT epoch FROM share_keys WHERE wallet = ?').all(wallet.id),
      );
    for (let tries = 0; epochs().length > 1 && tries < 150; tries += 1) await sleep(100);
    meddle = honest;
    assert.ok(lost >= 2);
    assert.deepEqual(
      epochs().map(({ epoch }) => epoch),
      [record.epoch],
    );
    assert.equal((await client.sign(intent)).alarm, null);
  });
});

describe('law 5: what kms and cloud have said once counts once', () => {
  const again = (path: Parameters<typeof addressOf>[1], body: Uint8Array): Promise<Answer> =>
    post(addressOf(world.deployment.kms.url, path), body);

  test('proposals, agreements and words of followed flips, brought again to the kms, change nothing', async () => {
    const client = clientOf(new Hand(world));
    await client.create();
    await client.rotate();
    const first = { proposal: lastTo(paths.proposeRotation), agreed: lastTo(paths.agreeRotation) };
    await client.rotate();
    await settled();
    await nothingHappens(world, async () => {
      for (const proposal of [first.proposal, lastTo(paths.proposeRotation)])
        assert.equal((await again(paths.proposeRotation, proposal)).code, 'refused');
      for (const agreed of [first.agreed, lastTo(paths.agreeRotation)])
        assert.equal((await again(paths.agreeRotation, agreed)).code, 'refused');
      await again(paths.flipsFollowed, lastTo(paths.flipsFollowed));
      for (const [path, body] of [
        [paths.agreeRotation, first.proposal],
        [paths.proposeRotation, first.agreed],
        [paths.flipsFollowed, first.agreed],
      ] as const)
        assert.equal((await again(path, body)).code, 'refused', path);
    });
    assert.equal((await client.sign(intent)).alarm, null);
  });

  test('a proposal is single-use after the kms was killed, too', async () => {
    const client = clientOf(new Hand(world));
    await client.create();
    await client.rotate();
    const proposal = lastTo(paths.proposeRotation);
    await settled();
    await world.devnet.kill('kms', 'SIGKILL');
    await world.devnet.restart('kms');
    await introduceSigner(world);
    await nothingHappens(world, async () => {
      assert.equal((await again(paths.proposeRotation, proposal)).code, 'refused');
    });
  });
});

describe('law 3: a rotation is asked for by the person, from a device of the wallet that is not a page of some dApp', () => {
  let person: Hand;
  let wallet: HandWallet;
  before(async () => {
    person = new Hand(world);
    wallet = await createWallet(person);
    await settled();
  });

  /** Asks the cloud, with one word for each store; `other` in place of the person's own at one of them. */
  async function ask(words: { cloud?: Hand; kms?: Hand; from?: number } = {}, of = wallet): Promise<Answer> {
    const message = rotateCodec.encode({ ...person.head('rotate'), wallet: of.id, from: words.from ?? 1 });
    const word = async (store: 'cloud' | 'kms') => {
      const by = words[store] ?? person;
      const token = await by.token();
      const htu = addressOf(world.deployment[store].url, paths.rotate);
      return { message, token, proof: prove(by.key, { htu, token, rh: digest('request', message), message }) };
    };
    const body = rotateAsk.encode({ cloud: await word('cloud'), kms: await word('kms') });
    return post(addressOf(world.deployment.cloud.url, paths.rotate), body);
  }
  const held = () =>
    (['kms', 'cloud'] as const).map((store) =>
      withStore(
        world,
        store,
        (database) => database.prepare('SELECT epoch FROM share_keys WHERE wallet = ?').all(wallet.id).length,
      ),
    );

  test('a stolen token, another person, a device that is not enrolled: refused by each store for itself', async () => {
    const thief = new Hand(world, { subject: person.subject }, newDeviceKey());
    const mallory = new Hand(world);
    await nothingHappens(world, async () => {
      for (const intruder of [thief, mallory]) {
        assert.equal((await ask({ cloud: intruder, kms: intruder })).code, 'refused');
        assert.equal((await ask({ cloud: intruder })).code, 'refused');
        // The cloud itself is satisfied here, or lies: the kms is not.
        assert.equal((await ask({ kms: intruder })).code, 'kms-refused');
      }
      assert.equal((await ask({ from: 2 })).code, 'refused');
    });
    assert.deepEqual(held(), [1, 1]);
  });

  test('a key made inside the page of a dApp may sign there, and not rotate', async () => {
    const embedded = new Hand(world, { subject: person.subject });
    const devices = [...wallet.deed.devices, { ...enrolled(embedded.key, 'approval'), origin: 'https://dapp.example' }];
    const body = nextBody(wallet, { devices });
    const authority = vouchedBy(person.key, body);
    const order = orderIn(await bring(person, wallet, body, authority));
    assert.equal((await bringAlong(person, wallet, [{ body, authority }], order)).status, 200);
    wallet = followedBy(wallet, body, authority);
    await nothingHappens(world, async () => {
      assert.equal((await ask({ cloud: embedded, kms: embedded })).code, 'refused');
      assert.equal((await ask({ kms: embedded })).code, 'kms-refused');
    });
  });

  test('the cloud alone, with its own key and no word of the person, has the kms prepare nothing', async () => {
    const signed: Signed = signedCodec.decode(lastTo(paths.proposeRotation));
    const said = rotationProposalStatement.body.decode(signed.body);
    const cloud = new Insider(world, 'cloud').signing;
    const fresh = { ...said, at: Date.now(), attempt: new Uint8Array(randomBytes(32)) };
    await nothingHappens(world, async () => {
      for (const proposal of [
        fresh,
        { ...fresh, wallets: [{ wallet: wallet.id, from: 1 }] },
        { ...fresh, why: { by: 'statement', number: 1 } as const },
      ]) {
        const body = signedCodec.encode(signStatement(rotationProposalStatement, proposal, cloud));
        assert.equal((await post(addressOf(world.deployment.kms.url, paths.proposeRotation), body)).code, 'refused');
      }
    });
  });

  test('the control: the person themself', async () => {
    assert.equal((await ask()).status, 200);
    assert.deepEqual(held(), [2, 2]);
  });
});

/** Every file under a folder, by its path in it. */
function* filesOf(folder: string): Generator<Haystack> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = joinPath(entry.parentPath, entry.name);
    yield { where: path.slice(folder.length + 1), bytes: readFileSync(path) };
  }
}
