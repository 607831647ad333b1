import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findCodec, find as findSchema, mailCodeCodec, ProtocolError } from '@symbolon/protocol';
import { is } from 'valibot';
import { Authoriser } from './authorise.ts';
import { Refusal, type RefusalReason } from './errors.ts';
import { ProofVerifier } from './proof.ts';
import { audience, checks, filled, makeWorld, TestDevice } from './testing.ts';
import { TokenVerifier } from './token.ts';

const world = await makeWorld();
const { clock, issuer, deployment } = world;
const htu = 'https://kms.example/v1/wallets/find';
const device = new TestDevice();
const message = { v: 1, deployment: deployment.id, kind: 'find', expires: clock.at + 60_000 } as const;
assert.ok(is(findSchema, message));

function authoriser() {
  const tokens = new TokenVerifier([{ url: issuer.url, audience, jwksUrl: issuer.jwksUrl }], clock.now);
  return new Authoriser(deployment.id, tokens, new ProofVerifier(checks, clock.now), clock.now);
}
const ask = async (said: Partial<typeof message> | object = {}, to = htu) =>
  device.ask(findCodec, { ...message, ...said }, { htu: to, token: await issuer.token('alice', device), at: clock.at });
const reasonIs = (reason: RefusalReason) => (error: unknown) => error instanceof Refusal && error.reason === reason;

describe('every use needs a token and a proof over exactly this message', () => {
  it('and then says who asked, by which key', async () => {
    const { identity, key, message: said } = await authoriser().authorise(findCodec, htu, await ask());
    assert.equal(identity.subject, 'alice');
    assert.deepEqual(key, device.point);
    assert.deepEqual(said, message);
  });

  it('a proof beside another token is refused', async () => {
    const other = await issuer.token('mallory', device);
    await assert.rejects(
      authoriser().authorise(findCodec, htu, { ...(await ask()), token: other }),
      reasonIs('proof-mismatch'),
    );
  });

  it('a message changed after the proof was made is refused', async () => {
    const changed = findCodec.encode({ ...message, expires: message.expires + 1 });
    await assert.rejects(
      authoriser().authorise(findCodec, htu, { ...(await ask()), message: changed }),
      reasonIs('proof-mismatch'),
    );
  });

  it("a message made for another recipient's address is refused", async () => {
    const asked = await ask({}, 'https://cloud.example/v1/wallets/find');
    await assert.rejects(authoriser().authorise(findCodec, htu, asked), reasonIs('proof-mismatch'));
  });

  it('a message of one kind does not serve another', async () => {
    await assert.rejects(
      authoriser().authorise(mailCodeCodec, htu, await ask()),
      (error: unknown) => error instanceof ProtocolError && error.code === 'malformed',
    );
  });

  it('a message serves in its deployment and its time alone', async () => {
    const wrong: [object, RefusalReason][] = [
      [{ deployment: 'test-other' }, 'deployment-mismatch'],
      [{ expires: clock.at }, 'message-expired'],
      [{ expires: clock.at - 1 }, 'message-expired'],
      [{ expires: clock.at + 6 * 60_000 + 1 }, 'message-expired'],
    ];
    for (const [said, reason] of wrong) {
      await assert.rejects(authoriser().authorise(findCodec, htu, await ask(said)), reasonIs(reason));
    }
    await authoriser().authorise(findCodec, htu, await ask({ expires: clock.at + 6 * 60_000 }));
  });

  it('what was asked once is not taken twice', async () => {
    const [party, asked] = [authoriser(), await ask()];
    await party.authorise(findCodec, htu, asked);
    await assert.rejects(party.authorise(findCodec, htu, asked), reasonIs('proof-replayed'));
  });

  it('a token without a proof by anyone is nothing', async () => {
    for (const proof of [
      '',
      'a.b.c',
      new TestDevice().proof({ htu, iat: 0, ath: filled(32, 0), rh: filled(32, 0), msg: filled(32, 0) }),
    ]) {
      await assert.rejects(authoriser().authorise(findCodec, htu, { ...(await ask()), proof }), Refusal);
    }
  });
});
