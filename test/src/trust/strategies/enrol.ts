import { SigningKey } from '@symbolon/crypto/native';
import {
  confirmationAnswer,
  confirmMailCodec,
  countersignCodec,
  type DeedAuthority,
  deedHash,
  deedOrderStatement,
  mailCodeCodec,
  mailConfirmationStatement,
  paths,
  type Signed,
  type Store,
  signStatement,
  thumbprint,
} from '@symbolon/protocol';
import { bring, bringAlong, enrolled, followedBy, nextBody, orderIn, vouchedBy } from '../../support/deeds.ts';
import type { Attack, Haul } from '../attack.ts';
import { signAs } from './sign.ts';

/** Lets a device of their own in, by the person's device or by mail, and signs with it. */
export async function enrolDevice(attack: Attack): Promise<Haul> {
  const { record, thief, hand, device } = attack;
  const how = device === null ? 'mail' : 'approval';
  const body = nextBody(record, { devices: [...record.deed.devices, enrolled(thief.key, how)] });
  const authority = device === null ? await byMail(attack, body) : vouchedBy(device.key, body);
  const brought = await bring(hand, record, body, authority);
  const order = brought.status === 200 ? orderIn(brought) : ownOrder(attack, body);
  const followed = await bringAlong(hand, record, [{ body, authority }], order);
  const signed = await signAs(attack, thief, followedBy(record, body, authority));
  return {
    ...signed,
    given: followed.status === 200 && signed.signatures?.length === 0 ? ['a place in the deed'] : [],
  };
}

/** What kms and cloud have to say for it: by their own insider's word, by being asked, or in a stranger's hand. */
async function byMail(attack: Attack, deed: Uint8Array): Promise<DeedAuthority> {
  const { thief, record } = attack;
  const about = { wallet: record.id, deed };
  const kms = own(attack, 'kms', deed) ?? (await confirmed(attack, deed)) ?? forged(attack, deed);
  const head = thief.head('countersign');
  const answer = await thief.ask('cloud', paths.countersign, countersignCodec, {
    ...head,
    ...about,
    confirmation: kms,
  });
  const cloud = answer.status === 200 ? confirmationAnswer.decode(answer.body).confirmation : null;
  return { by: 'mail', kms, cloud: cloud ?? own(attack, 'cloud', deed) ?? forged(attack, deed) };
}

async function confirmed(attack: Attack, deed: Uint8Array): Promise<Signed | null> {
  const { thief, record } = attack;
  const wallet = record.id;
  const code = await attack.mailedCode(() =>
    thief.ask('kms', paths.mailCode, mailCodeCodec, { ...thief.head('mail-code'), wallet }),
  );
  const message = { ...thief.head('confirm-mail'), wallet, deed, code };
  const answer = await thief.ask('kms', paths.confirmMail, confirmMailCodec, message);
  return answer.status === 200 ? confirmationAnswer.decode(answer.body).confirmation : null;
}

function own(attack: Attack, store: Store, deed: Uint8Array): Signed | null {
  const key = attack.insider(store)?.signing;
  return key === undefined ? null : says(attack, deed, key);
}

const forged = (attack: Attack, deed: Uint8Array): Signed => says(attack, deed, SigningKey.generate());

const says = ({ world, record, thief }: Attack, deed: Uint8Array, key: SigningKey): Signed =>
  signStatement(
    mailConfirmationStatement,
    {
      v: 1,
      deployment: world.deployment.id,
      wallet: record.id,
      deed: deedHash(deed),
      key: thumbprint(thief.key.point),
      at: Date.now(),
    },
    key,
  );

/** The kms's order, by its insider or in a stranger's hand. */
function ownOrder(attack: Attack, deed: Uint8Array): Signed {
  const { world, record } = attack;
  const order = { deployment: world.deployment.id, wallet: record.id, number: record.deed.number + 1 };
  const key = attack.insider('kms')?.signing ?? SigningKey.generate();
  return signStatement(deedOrderStatement, { v: 1, ...order, head: deedHash(deed), at: Date.now() }, key);
}
