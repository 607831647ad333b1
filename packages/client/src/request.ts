import { CryptoError, equal, utf8 } from '@symbolon/crypto';
import {
  authorisedCodec,
  type Curve,
  type Envelope,
  envelopeCodec,
  intentBytes,
  ProtocolError,
  type PublicKeys,
  pad,
  paths,
  type Receipt,
  type ReleaseKind,
  requestHash,
  type SignerAnswer,
  type SignerRequest,
  sealAnswer,
  sealInfo,
  shareRequestCodec,
  signerAnswerCodec,
  signerRequestCodec,
  unpad,
} from '@symbolon/protocol';
import type { Device } from './device.ts';
import { ClientError, hasCode } from './errors.ts';
import { invalidAnswer, readAnswer } from './parties.ts';
import { randomBytes } from './random.ts';
import { readReceipt } from './receipts.ts';
import { withRetries } from './retry.ts';
import type { TrustedSigner } from './signerTrust.ts';
import { messageLife } from './stores.ts';
import type { Wallet } from './wallet.ts';

/** What of a wallet the ordinary path needs; a pending one has no activation yet. */
export type Usable = Pick<Wallet, 'id' | 'deed' | 'head' | 'record'>;

/** What the person approved. `curve` null and no intent: every curve of the deed, to create it. */
export interface Approved {
  kind: ReleaseKind;
  curve: Curve | null;
  intent: Uint8Array;
  origin: string;
}

export type Given = Exclude<SignerAnswer, { status: 'refused' }>;

/**
 * The ordinary path (design 3, Signing): the cloud seals Key B for the signer, the device carries it there unopened with
 * everything that kms and signer check, and the signer answers under seal. Each try is a new envelope against evidence that
 * holds now: none is ever sent twice. `onAsk` hears the `rh` of each before it leaves.
 *
 * Throws ClientError `intent-too-large`, `intent-refused`, `signing-refused`, `signer-changed`, `evidence-refused`,
 * `party-unreachable`, `party-refused`, `party-answer-invalid`.
 */
export async function askSigner(
  device: Device,
  wallet: Usable,
  approved: Approved,
  onAsk: (rh: Uint8Array) => void,
): Promise<Given> {
  if (approved.intent.length > intentBytes) {
    throw new ClientError('intent-too-large', `What is to be signed is larger than ${intentBytes} bytes.`);
  }
  return withRetries(async (attempt) => {
    const signer = attempt === 0 ? await device.signers.current() : await device.signers.renewed();
    const request = newRequest(device, wallet, approved, signer);
    onAsk(request.rh);
    const token = await device.tokens.token();
    const [forCloud, forKms, forSigner] = await Promise.all([
      prove(device, request, token, 'cloud'),
      prove(device, request, token, 'kms'),
      prove(device, request, token, 'signer'),
    ]);
    const sealedShare = await askCloud(device, request, token, forCloud);
    const answer = await carryToSigner(device, request.signer, {
      envelope: request.envelope,
      deed: wallet.record.deed,
      salt: wallet.record.salt,
      token,
      proof: forSigner,
      sealedShare,
      release: { message: request.share, proof: forKms },
    });
    if (answer.status === 'refused') throw refusedBySigner(answer);
    requireReceipt(device, wallet, approved, request, answer);
    return answer;
  });
}

/** One envelope, and what of it the stores are told. */
interface Request {
  signer: TrustedSigner;
  envelope: Uint8Array;
  /** The message to either store: everything but what is being signed. */
  share: Uint8Array;
  rh: Uint8Array;
}

function newRequest(device: Device, wallet: Usable, approved: Approved, signer: TrustedSigner): Request {
  const { kind, curve, intent, origin } = approved;
  const shared = {
    v: 1,
    deployment: device.deployment.id,
    kind,
    wallet: wallet.id,
    epoch: wallet.record.epoch,
    deed: wallet.head,
    signer: signer.id,
    expires: device.now() + messageLife,
  } as const;
  const envelope: Envelope = { ...shared, origin, curve, intent, salt: randomBytes(32) };
  const bytes = envelopeCodec.encode(envelope);
  const rh = requestHash(bytes);
  const publicKeys = keysOf(wallet, curve);
  return { signer, envelope: bytes, share: shareRequestCodec.encode({ ...shared, publicKeys, rh }), rh };
}

/** Later releases seal only the curve used. */
function keysOf({ deed }: Usable, curve: Curve | null): PublicKeys {
  if (curve === null) return deed.keys;
  const key = deed.keys[curve];
  if (key === undefined) throw new ClientError('curve-missing', `This wallet has no ${curve} key.`);
  return { [curve]: key };
}

const recipients = { cloud: paths.seals, kms: paths.releases, signer: paths.requests } as const;

/** Each recipient gets a proof of its own, over its own message. */
function prove(device: Device, request: Request, token: string, party: keyof typeof recipients): Promise<string> {
  const message = party === 'signer' ? request.envelope : request.share;
  return device.prover.prove({ htu: device.parties.address(party, recipients[party]), token, rh: request.rh, message });
}

/** Key B, sealed to the signer. A cloud that does not know the signer verifies its evidence first, for itself. */
async function askCloud(device: Device, request: Request, token: string, proof: string): Promise<Uint8Array> {
  const ask = async (fresh: string) => {
    const body = authorisedCodec.encode({ message: request.share, token, proof: fresh });
    return readAnswer('cloud', sealAnswer, await device.parties.post('cloud', paths.seals, body)).sealed;
  };
  try {
    return await ask(proof);
  } catch (error) {
    if (!hasCode(error, 'party-refused') || error.reason !== 'signer-unknown') throw error;
    await device.parties.post('cloud', paths.signers, request.signer.evidence);
    return ask(await prove(device, request, token, 'cloud'));
  }
}

/** There and back under seal: whoever carries it learns sizes, and the answer opens only here. */
async function carryToSigner(device: Device, signer: TrustedSigner, request: SignerRequest): Promise<SignerAnswer> {
  const { deployment, crypto, parties } = device;
  const aad = utf8(deployment.id);
  const plaintext = pad(signerRequestCodec.encode(request));
  const { sealed, reply } = await crypto.hpke.seal(
    signer.keys.sealing,
    sealInfo('signer-request', deployment.id),
    aad,
    plaintext,
  );
  using opener = reply;
  const answer = await parties.post('signer', paths.requests, sealed, 'octets').catch((error) => {
    throw signerGone(error) ? changed(error) : error;
  });
  try {
    using opened = await opener.openReply(aad, answer);
    return signerAnswerCodec.decode(unpad(opened.expose()).slice());
  } catch (error) {
    if (error instanceof CryptoError) throw changed(error);
    if (error instanceof ProtocolError) throw invalidAnswer('signer', 'answered in a form that the protocol lacks');
    throw error;
  }
}

/** The signer could not open what was sealed to the keys it had, or asks to be asked again. */
function signerGone(error: unknown): boolean {
  if (!hasCode(error, 'party-refused')) return false;
  return error.status === 409 || error.reason === 'open-failed' || (error.reason ?? '').startsWith('retry-');
}

function changed(cause: unknown): ClientError {
  return new ClientError('signer-changed', 'The signer no longer has the keys that its evidence named.', {
    party: 'signer',
    cause,
  });
}

/** What the signer says of the request as such; every other code of its is about what the person wants signed. */
const aboutTheRequest = ['refused', 'token-stale', 'proof-stale', 'message-expired', 'issuer-unreachable'];

function refusedBySigner({ code, message, hint }: Extract<SignerAnswer, { status: 'refused' }>): ClientError {
  const details = { party: 'signer', reason: code, ...(hint === '' ? {} : { hint }) } as const;
  if (code.startsWith('retry-') || code === 'signer-unknown') {
    return new ClientError('signer-changed', `The signer could not serve this request: ${message}`, details);
  }
  const told = aboutTheRequest.includes(code) ? 'signing-refused' : 'intent-refused';
  return new ClientError(told, `The signer refused: ${message || code}`, details);
}

/** The receipt is for this very request: without one nothing was to be signed (law 5). */
function requireReceipt(device: Device, wallet: Usable, approved: Approved, request: Request, answer: Given): void {
  const { receipt } = readReceipt(device, wallet.id, answer.receipt);
  const right: [keyof Receipt, boolean][] = [
    ['kind', receipt.kind === approved.kind],
    ['epoch', receipt.epoch === wallet.record.epoch],
    ['deed', equal(receipt.deed, wallet.head)],
    ['device', equal(receipt.device, device.thumbprint)],
    ['signer', equal(receipt.signer, request.signer.id)],
    ['rh', equal(receipt.rh, request.rh)],
  ];
  const wrong = right.find(([, holds]) => !holds);
  if (wrong !== undefined) throw invalidAnswer('signer', `sent a receipt of another request (${wrong[0]})`);
}
