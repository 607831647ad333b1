import { createDevelopmentRoot, type Identity } from '@symbolon/attestation/develop';
import { fetchTransport, type Transport } from '@symbolon/client';
import { utf8, xorInto } from '@symbolon/crypto';
import { hpkeXWing, SigningKey, verifyEd25519 } from '@symbolon/crypto/native';
import {
  addressOf,
  configurationHash,
  type Decision,
  type Evidence,
  evidenceCodec,
  type LoggedStatement,
  paths,
  type ReleaseAsk,
  releasesAnswer,
  releasesCodec,
  type SignerKeys,
  type Store,
  sealAnswer,
  sealInfo,
  shareRequestCodec,
  signerConfigurationOf,
  signerId,
  signerRequestCodec,
  signStatement,
  statementEntryStatement,
  statementListCodec,
  unpackShare,
  unpad,
} from '@symbolon/protocol';
import { statementHash } from '@symbolon/verify';
import { binding, developmentRoot, forge, honestFields } from '../../support/forgery.ts';
import { prove } from '../../support/hand.ts';
import { post } from '../../support/http.ts';
import { askB, prepare } from '../../support/signing.ts';
import { listAt, nextBodyOn, signedBy, submit } from '../../support/statements.ts';
import type { RunningSigner } from '../../support/world.ts';
import type { Attack, Haul } from '../attack.ts';
import { meddling, type TrustWorld } from '../trustWorld.ts';

/** A signer in bad hands: whatever is sealed to it is open to them. */
export interface OwnSigner {
  running: RunningSigner;
  sealing: ReturnType<typeof hpkeXWing.generate>;
}

/** Another image than the one that was allowed. */
const ownImage = new Uint8Array(48).fill(0x66);

/** Evidence that anybody can have: the right image under a root of one's own, and an own image in a genuine, rented module. */
export async function evidenceOfAnybody(world: TrustWorld): Promise<OwnSigner[]> {
  const { fields } = await honestFields(world);
  const pcrs = new Map(fields.pcrs).set(0, ownImage);
  return [await signerUnder(world, createDevelopmentRoot()), await signerUnder(world, developmentRoot(world), pcrs)];
}

/** A signer whose evidence says what the honest one's says, but for `pcrs`, under a root. */
export async function signerUnder(
  world: TrustWorld,
  root: Identity,
  pcrs?: Map<number, Uint8Array>,
): Promise<OwnSigner> {
  const { fields } = await honestFields(world);
  const sealing = hpkeXWing.generate();
  const keys: SignerKeys = { v: 1, sealing: sealing.publicKey, signing: SigningKey.generate().publicKey };
  const says = {
    ...fields,
    ...(pcrs === undefined ? {} : { pcrs }),
    timestamp: Date.now(),
    userData: binding(world, keys),
  };
  const evidence: Evidence = forge(root, keys, says);
  return { running: { id: signerId(keys), keys, evidence: evidenceCodec.encode(evidence) }, sealing };
}

/** Has both shares sealed to signers of their own, whose image they try to have allowed before. */
export async function sealToOwnSigner(attack: Attack): Promise<Haul> {
  using _ = attack.has('kms') ? meddling(attack.world.hops.cloud, await listsOwnImage(attack)) : null;
  if (attack.has('kms') || attack.has('cloud') || attack.has('signer host'))
    await submit(attack.world, await ownStatement(attack));
  const keys: Uint8Array[] = [];
  for (const signer of await evidenceOfAnybody(attack.world)) keys.push(...(await sharesFor(attack, signer)));
  return { keys };
}

/** Answers the person in the real signer's place, while they have something signed. */
export async function poseAsSigner(attack: Attack): Promise<Haul> {
  const keys: Uint8Array[] = [];
  for (const signer of await evidenceOfAnybody(attack.world)) keys.push(...(await poseAs(attack, signer)));
  return { keys };
}

/** What comes to a signer of theirs when it stands in the real one's place. @returns what may be the key */
export async function poseAs({ world, victim }: Attack, signer: OwnSigner): Promise<Uint8Array[]> {
  const keys: Uint8Array[] = [];
  const carry: Transport = async (request) => {
    if (request.url.endsWith(paths.evidence)) return { status: 200, body: signer.running.evidence };
    if (!request.url.endsWith(paths.requests)) return fetchTransport(fetch)(request);
    const info = sealInfo('signer-request', world.deployment.id);
    const { plaintext, reply } = signer.sealing.open(request.body ?? new Uint8Array(), info, utf8(world.deployment.id));
    reply[Symbol.dispose]();
    using opened = plaintext;
    const { sealedShare, token, release } = signerRequestCodec.decode(unpad(opened.expose()));
    const { rh } = shareRequestCodec.decode(release.message);
    const b = opens(world, signer, 'cloud', sealedShare, rh);
    const a = await releasedTo(world, signer, { ...release, token, challenge: new Uint8Array(32) }, rh);
    keys.push(...joined(a, b));
    return { status: 500, body: new Uint8Array() };
  };
  await shown(world, signer);
  const device = await victim.restarted(carry);
  await device.sign({ type: 'evm-message', message: utf8('approved') }).catch(() => undefined);
  return keys;
}

/** What both stores seal to it when they are asked with what they have. */
export async function sharesFor(attack: Attack, signer: OwnSigner): Promise<Uint8Array[]> {
  const { world, hand, record } = attack;
  await shown(world, signer);
  const request = prepare(hand, record, signer.running, { intent: attack.intent });
  const fromCloud = await askB(hand, request);
  const b =
    fromCloud.status === 200
      ? opens(world, signer, 'cloud', sealAnswer.decode(fromCloud.body).sealed, request.rh)
      : await attack.share('cloud');
  const token = await hand.token();
  const htu = addressOf(world.deployment.kms.url, paths.releases);
  const { shareBytes: message, rh } = request;
  const ask = { message, token, proof: prove(hand.key, { htu, token, rh, message }), challenge: new Uint8Array(32) };
  const a = (await releasedTo(world, signer, ask, rh)) ?? (await attack.share('kms'));
  return joined(a, b);
}

async function shown({ deployment }: TrustWorld, { running }: OwnSigner): Promise<void> {
  for (const store of ['kms', 'cloud'] as const)
    await post(addressOf(deployment[store].url, paths.signers), running.evidence);
}

async function releasedTo(world: TrustWorld, signer: OwnSigner, ask: ReleaseAsk, rh: Uint8Array) {
  const { body, status } = await post(
    addressOf(world.deployment.kms.url, paths.releases),
    releasesCodec.encode({ asks: [ask] }),
  );
  const [result] = status === 200 ? releasesAnswer.decode(body).results : [];
  return result?.status === 'released' ? opens(world, signer, 'kms', result.sealed, rh) : null;
}

function opens({ deployment }: TrustWorld, { sealing }: OwnSigner, store: Store, sealed: Uint8Array, rh: Uint8Array) {
  const info = sealInfo(store === 'kms' ? 'share-kms' : 'share-cloud', deployment.id);
  const opened = unpackShare(sealing.openSequenced(sealed, info, rh), deployment[store].signing, verifyEd25519);
  return opened?.shares[0]?.expose().slice() ?? null;
}

function joined(a: Uint8Array | null, b: Uint8Array | null): Uint8Array[] {
  if (a === null || b === null) return [];
  const key = a.slice();
  xorInto(key, b);
  return [key];
}

/** That their own image is allowed; signed by nobody who has a say in it, unless `keys` have. */
export async function ownStatement({ world }: Attack, keys = [SigningKey.generate(), SigningKey.generate()]) {
  return signedBy(nextBodyOn(world, await listAt(world), await allowing(world)), keys);
}

async function allowing(world: TrustWorld): Promise<Decision> {
  const { fields } = await honestFields(world);
  const pcr = (index: number) => fields.pcrs.get(index) ?? ownImage;
  const configuration = configurationHash(signerConfigurationOf(world.deployment));
  return { what: 'allow-signer', pair: { pcr0: ownImage, pcr1: pcr(1), pcr2: pcr(2), configuration }, note: '' };
}

/** A kms that shows the cloud a list with their statement on it, and its own word that it is logged. */
async function listsOwnImage(attack: Attack) {
  const { world } = attack;
  const kms = attack.insider('kms');
  const list = await listAt(world);
  const statement = await ownStatement(attack);
  const says = { number: list.statements.length + 1, statement: statementHash(statement.body), at: 1, log: 1 };
  const entry =
    kms && signStatement(statementEntryStatement, { v: 1, deployment: world.deployment.id, ...says }, kms.signing);
  const logged: LoggedStatement[] = entry === null ? [] : [{ statement, entry }];
  return async ({ path }: { path: string }, forward: () => Promise<Awaited<ReturnType<typeof post>>>) => {
    const answer = await forward();
    if (path !== paths.statements) return answer;
    return { ...answer, body: statementListCodec.encode({ statements: [...list.statements, ...logged] }) };
  };
}
