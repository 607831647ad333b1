import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDevelopmentRoot, issueLeaf } from '@symbolon/attestation/develop';
import { type AllowedPair, configurationHash, evidenceUserDataCodec, signerConfigurationOf } from '@symbolon/protocol';
import { Refusal, type RefusalReason } from './errors.ts';
import { EvidenceVerifier } from './evidence.ts';
import { allowedPair, evidenceOf, filled, makeSigner, makeWorld } from './testing.ts';

const world = await makeWorld();
const { deployment, clock } = world;
const signer = makeSigner();
const pair = allowedPair(deployment);
const { configuration } = pair;
const started = clock.at;

function setUp(...allowed: AllowedPair[]) {
  clock.at = started;
  const list = { allowed: allowed.length === 0 ? [pair] : allowed };
  return { list, evidence: new EvidenceVerifier(deployment, () => list.allowed, clock.now) };
}
const reasonIs = (reason: RefusalReason) => (error: unknown) => {
  assert.ok(error instanceof Refusal, String(error));
  assert.equal(error.reason, reason);
  return true;
};
const pcrs = (pcr0: number, pcr1: number, pcr2: number) =>
  new Map([pcr0, pcr1, pcr2].map((byte, index) => [index, filled(48, byte)]));

describe('evidence that chains to the pinned root, is fresh, and binds an allowed pair', () => {
  it('makes a signer known, for five minutes from the time of the document', async () => {
    const { evidence } = setUp();
    const { id, expires } = await evidence.present(evidenceOf(world, signer));
    assert.deepEqual(id, signer.id);
    assert.equal(expires, started + 5 * 60_000);
    clock.at = expires - 1;
    assert.deepEqual(evidence.current(signer.id).keys, signer.keys);
    clock.at = expires;
    assert.throws(() => evidence.current(signer.id), reasonIs('signer-unknown'));
  });

  it('a signer nobody presented is unknown', () => {
    const { evidence } = setUp();
    assert.throws(() => evidence.current(signer.id), reasonIs('signer-unknown'));
  });

  it('a withdrawn measurement counts no more at once, though its evidence is fresh', async () => {
    const { evidence, list } = setUp();
    await evidence.present(evidenceOf(world, signer));
    evidence.current(signer.id);
    list.allowed = [];
    assert.throws(() => evidence.current(signer.id), reasonIs('signer-unknown'));
    await assert.rejects(evidence.present(evidenceOf(world, signer)), reasonIs('evidence-not-allowed'));
  });

  it('one signer says nothing of another', async () => {
    const { evidence } = setUp();
    await evidence.present(evidenceOf(world, signer));
    assert.throws(() => evidence.current(makeSigner().id), reasonIs('signer-unknown'));
  });
});

describe('a production deployment', () => {
  it('pins the root of the hardware: a development root is believed by development alone', () => {
    const production = { ...deployment, mode: 'production' } as const;
    assert.throws(() => new EvidenceVerifier(production, () => [pair], clock.now), { reason: 'evidence-not-allowed' });
  });
});

describe('evidence is refused', () => {
  it('presented with other keys than it binds', async () => {
    const { evidence } = setUp();
    const { document } = evidenceOf(world, signer);
    for (const keys of [
      makeSigner().keys,
      { ...signer.keys, sealing: makeSigner().keys.sealing },
      { ...signer.keys, signing: makeSigner().keys.signing },
    ]) {
      await assert.rejects(evidence.present({ document, keys }), reasonIs('evidence-invalid'));
    }
  });

  it('of another configuration, even where some list allows that pair', async () => {
    const other = configurationHash({ ...signerConfigurationOf(deployment), mode: 'production' });
    const { evidence } = setUp(pair, { ...pair, configuration: other });
    const userData = evidenceUserDataCodec.encode({ v: 1, configuration: other, keys: signer.id });
    await assert.rejects(evidence.present(evidenceOf(world, signer, { userData })), reasonIs('evidence-not-allowed'));
  });

  it('of a measurement that is allowed with another configuration only', async () => {
    const { evidence } = setUp({ ...pair, configuration: filled(32, 9) });
    await assert.rejects(evidence.present(evidenceOf(world, signer)), reasonIs('evidence-not-allowed'));
  });

  it('of another measurement, by any one PCR', async () => {
    const { evidence } = setUp();
    for (const other of [pcrs(9, 2, 3), pcrs(1, 9, 3), pcrs(1, 2, 9)]) {
      await assert.rejects(
        evidence.present(evidenceOf(world, signer, { pcrs: other })),
        reasonIs('evidence-not-allowed'),
      );
    }
  });

  it('in debug mode, even where a list allows zeros', async () => {
    const { evidence } = setUp({ pcr0: filled(48, 0), pcr1: filled(48, 0), pcr2: filled(48, 0), configuration });
    await assert.rejects(
      evidence.present(evidenceOf(world, signer, { pcrs: pcrs(0, 0, 0) })),
      reasonIs('evidence-invalid'),
    );
  });

  it('with a PCR missing', async () => {
    const { evidence } = setUp();
    for (const missing of [0, 1, 2]) {
      const fewer = pcrs(1, 2, 3);
      fewer.delete(missing);
      await assert.rejects(evidence.present(evidenceOf(world, signer, { pcrs: fewer })), reasonIs('evidence-invalid'));
    }
  });

  it('that is old, or of the future', async () => {
    const { evidence } = setUp();
    const minute = 60_000;
    clock.at = started + 10 * minute;
    await evidence.present(evidenceOf(world, signer, { timestamp: started + 5 * minute }));
    await evidence.present(evidenceOf(world, signer, { timestamp: started + 11 * minute }));
    for (const timestamp of [started + 5 * minute - 1, started + 11 * minute + 1, 0]) {
      await assert.rejects(evidence.present(evidenceOf(world, signer, { timestamp })), reasonIs('evidence-invalid'));
    }
  });

  it('under another root', async () => {
    const { evidence } = setUp();
    const leaf = issueLeaf(createDevelopmentRoot());
    await assert.rejects(evidence.present(evidenceOf(world, signer, { leaf })), reasonIs('evidence-invalid'));
  });

  it('that binds nothing, or something else', async () => {
    const { evidence } = setUp();
    for (const userData of [new Uint8Array(), Uint8Array.of(0xa0), filled(64, 0xff)]) {
      await assert.rejects(evidence.present(evidenceOf(world, signer, { userData })), reasonIs('evidence-invalid'));
    }
  });

  it('with any byte changed', async () => {
    const { evidence } = setUp();
    const { document, keys } = evidenceOf(world, signer);
    for (let at = 0; at < document.length; at += Math.ceil(document.length / 40)) {
      const changed = document.map((byte, index) => (index === at ? byte ^ 1 : byte));
      await assert.rejects(evidence.present({ document: changed, keys }), Refusal);
    }
  });
});
