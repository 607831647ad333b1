import { randomBytes } from 'node:crypto';
import { hpkeXWing } from '@symbolon/crypto/native';
import {
  type Authorised,
  addressOf,
  authorisedCodec,
  digest,
  paths,
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
  if ((await proposeToKms(attack, await wordFor(attack, attack.thief, 'kms'))) === 200)
    given.push('a rotation, by the kms');
  for (const stolen of attack.passed.slice(-2))
    if ((await proposeToKms(attack, stolen)) === 200) given.push('a rotation for what somebody else was asked');
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

/** As the cloud's insider proposes it to the kms, with whatever serves as the person's word. */
async function proposeToKms(attack: Attack, asked: Authorised): Promise<number> {
  const { world, record } = attack;
  const cloud = attack.insider('cloud');
  const url = addressOf(world.deployment.kms.url, paths.proposeRotation);
  // Who is not the cloud has the person's bare word to show.
  if (cloud === null) return (await post(url, authorisedCodec.encode(asked))).status;
  const attempt = new Uint8Array(randomBytes(32));
  const ours = new Uint8Array(randomBytes(32));
  const info = sealInfo('rotation-kms', world.deployment.id);
  const { sealed, reply } = hpkeXWing.seal(world.deployment.kms.sealing, info, attempt, ours);
  reply[Symbol.dispose]();
  const proposal = {
    ...({ v: 1, deployment: world.deployment.id, attempt, at: Date.now(), contribution: sealed } as const),
    ephemeral: hpkeXWing.generate().publicKey,
    wallets: [{ wallet: record.id, from: record.epoch }],
    why: { by: 'person', asked } as const,
  };
  return (await post(url, signedCodec.encode(signStatement(rotationProposalStatement, proposal, cloud.signing))))
    .status;
}
