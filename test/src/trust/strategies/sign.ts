import { sha256 } from '@symbolon/crypto';
import {
  paths,
  type Receipt,
  receiptHash,
  receiptStatement,
  releasesAnswer,
  releasesCodec,
  type ShareRequest,
  sealAnswer,
  shareRequestCodec,
  signStatement,
  thumbprint,
} from '@symbolon/protocol';
import type { Meddle } from '../../support/between.ts';
import type { HandWallet } from '../../support/creation.ts';
import type { Hand } from '../../support/hand.ts';
import { askB, askSigner, type Prepared, prepare, signerRequest } from '../../support/signing.ts';
import { type RunningSigner, signerOf } from '../../support/world.ts';
import type { Attack, Haul } from '../attack.ts';
import { meddling } from '../trustWorld.ts';

/** Asks the real signer for a signature over their own message, with the best of everything that they have. */
export async function signOwnMessage(attack: Attack): Promise<Haul> {
  return signAs(attack, attack.hand, attack.record);
}

/** The same from one device, about one version of the record. */
export async function signAs(attack: Attack, hand: Hand, record: HandWallet): Promise<Haul> {
  const signer = await signerOf(attack.world);
  const request = prepare(hand, record, signer, { intent: attack.intent });
  const asked = await signerRequest(hand, record, request, await bestB(attack, hand, request, signer));
  using _ = attack.has('kms') ? meddling(attack.world.hops.signer, await grantsAll(attack, hand, signer)) : null;
  const answer = await askSigner(attack.world, signer, asked);
  return { signatures: answer.status === 'signed' ? [answer.signature] : [] };
}

/** Key B, sealed to the real signer: by the operator's own hand, or by the cloud where it lets itself be asked; or noise. */
async function bestB(attack: Attack, hand: Hand, request: Prepared, signer: RunningSigner): Promise<Uint8Array> {
  const b = await attack.share('cloud');
  const issuerKeys = [attack.signInKey.thumbprint];
  if (b !== null) return attack.insider('cloud')?.seal(hand, request, signer, b, { issuerKeys }) ?? b;
  const answer = await askB(hand, request);
  return answer.status === 200 ? sealAnswer.decode(answer.body).sealed : new Uint8Array(1_500);
}

/** A kms that checks nothing: Key A and a receipt of its own making for whoever asks. */
async function grantsAll(attack: Attack, hand: Hand, signer: RunningSigner): Promise<Meddle> {
  const kms = attack.insider('kms');
  const a = await attack.share('kms');
  return async ({ path, body }, forward) => {
    if (path !== paths.releases || kms === null || a === null) return forward();
    const results = releasesCodec.decode(body).asks.map(async ({ message, challenge }) => {
      const asked = shareRequestCodec.decode(message);
      const device = thumbprint(hand.key.point);
      const receipt = signStatement(receiptStatement, receiptFor(attack, asked, device, challenge), kms.signing);
      const { at } = receiptStatement.body.decode(receipt.body);
      const says = { device, at, issuerKeys: [attack.signInKey.thumbprint], receipt: receiptHash(receipt.body) };
      return { status: 'released', receipt, sealed: await kms.sealAsAsked(asked, signer, a, says) } as const;
    });
    const answer = releasesAnswer.encode({ results: await Promise.all(results) });
    return { status: 200, type: 'application/cbor', body: answer, code: null, problem: null };
  };
}

function receiptFor(attack: Attack, asked: ShareRequest, device: Uint8Array, challenge: Uint8Array): Receipt {
  const { v, deployment, wallet, kind, epoch, deed, signer, rh, expires } = asked;
  return {
    v,
    deployment,
    wallet,
    kind,
    epoch,
    deed,
    signer,
    rh,
    expires,
    device,
    challenge,
    number: 1_000,
    previous: sha256(rh),
    at: Date.now(),
    issuerKeys: [attack.signInKey.thumbprint],
    log: { index: 1_000, previous: sha256(rh) },
  };
}
