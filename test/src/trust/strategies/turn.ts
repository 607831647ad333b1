import { randomBytes } from 'node:crypto';
import { hpkeXWing, SigningKey } from '@symbolon/crypto/native';
import {
  type Authorised,
  addressOf,
  digest,
  paths,
  type RotationProposal,
  rotateAsk,
  rotateCodec,
  rotationProposalStatement,
  sealInfo,
  signedCodec,
  signStatement,
} from '@symbolon/protocol';
import { type Hand, prove } from '../../support/hand.ts';
import { post } from '../../support/http.ts';
import type { Attack, Haul } from '../attack.ts';

/** Orders a rotation that nobody asked for: with shares of their making, or to have old epochs destroyed. */
export async function turnShares(attack: Attack): Promise<Haul> {
  const given: string[] = [];
  if ((await askToTurn(attack, attack.thief)) === 200) given.push('a rotation, by the cloud');
  const words = [await wordFor(attack, attack.thief, 'kms'), ...attack.passed.slice(-2)];
  const reasons: RotationProposal['why'][] = words.map((asked) => ({ by: 'person', asked }));
  for (const why of [...reasons, { by: 'statement', number: 1 } as const])
    if ((await proposeToKms(attack, why)) === 200) given.push(`a rotation, by the kms, for the word of a ${why.by}`);
  return { given };
}

/** The ordinary way, under one device's word. @returns the cloud's status */
export async function askToTurn(attack: Attack, hand: Hand): Promise<number> {
  const url = addressOf(attack.world.deployment.cloud.url, paths.rotate);
  const [cloud, kms] = [await wordFor(attack, hand, 'cloud'), await wordFor(attack, hand, 'kms')];
  return (await post(url, rotateAsk.encode({ cloud, kms }))).status;
}

async function wordFor({ record }: Attack, hand: Hand, store: 'kms' | 'cloud'): Promise<Authorised> {
  const message = rotateCodec.encode({ ...hand.head('rotate'), wallet: record.id, from: record.epoch });
  const token = await hand.token();
  const htu = addressOf(hand.world.deployment[store].url, paths.rotate);
  return { message, token, proof: prove(hand.key, { htu, token, rh: digest('request', message), message }) };
}

/** As the cloud proposes it to the kms, signed by its insider, or in a stranger's hand. @returns the kms's status */
async function proposeToKms(attack: Attack, why: RotationProposal['why']): Promise<number> {
  const { world, record } = attack;
  const key = attack.insider('cloud')?.signing ?? SigningKey.generate();
  const attempt = new Uint8Array(randomBytes(32));
  const ours = new Uint8Array(randomBytes(32));
  const info = sealInfo('rotation-kms', world.deployment.id);
  const { sealed, reply } = hpkeXWing.seal(world.deployment.kms.sealing, info, attempt, ours);
  reply[Symbol.dispose]();
  const proposal: RotationProposal = {
    v: 1,
    deployment: world.deployment.id,
    attempt,
    at: Date.now(),
    contribution: sealed,
    ephemeral: hpkeXWing.generate().publicKey,
    wallets: [{ wallet: record.id, from: record.epoch }],
    why,
  };
  const signed = signStatement(rotationProposalStatement, proposal, key);
  return (await post(addressOf(world.deployment.kms.url, paths.proposeRotation), signedCodec.encode(signed))).status;
}
