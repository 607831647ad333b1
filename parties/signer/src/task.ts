import { assemble, digest, IntentError, parseIntent } from '@symbolon/chains/evm';
import type { Secret } from '@symbolon/crypto';
import { signEd25519, signSecp256k1 } from '@symbolon/crypto/native';
import {
  type Curve,
  creationBytes,
  creationDigest,
  curvesOf,
  decodeData,
  type Envelope,
  ProtocolError,
  type PublicKeys,
  rotationBytes,
  type Signatures,
  type SignerAnswer,
} from '@symbolon/protocol';
import { Refusal } from '@symbolon/verify';

type Done = Extract<SignerAnswer, { status: 'signed' | 'created' | 'turned' }>;
/** The answer but for the receipt. */
type Result = Done extends infer T ? (T extends unknown ? Omit<T, 'receipt'> : never) : never;

/** What is to be signed, parsed before anything is released (law 8). */
export interface Task {
  /** Whose keys it needs, in this order. */
  curves: readonly Curve[];
  /** Checks each key against its public key, signs, verifies. Synchronous: no key waits for anything. Throws CryptoError. */
  run(keys: readonly Secret[]): Result;
}

/** Throws IntentError for what this signer does not understand, Refusal for what this wallet can't do. */
export function prepare(deployment: string, envelope: Envelope, keys: PublicKeys): Task {
  switch (envelope.kind) {
    case 'create':
      return everyKey(envelope, keys, 'created', (curve) =>
        creationBytes(deployment, envelope.wallet, curve, envelope.epoch),
      );
    case 'rotate':
      return everyKey(envelope, keys, 'turned', (curve) =>
        rotationBytes(deployment, envelope.wallet, curve, envelope.epoch),
      );
    case 'sign':
      return evm(envelope, keys);
  }
}

/** A signature of every key of the deed, over bytes that no chain accepts: it shows that the shares make the wallet. */
function everyKey(
  { intent, curve }: Envelope,
  keys: PublicKeys,
  status: 'created' | 'turned',
  bytesOf: (curve: Curve) => Uint8Array,
): Task {
  if (intent.length > 0 || curve !== null) throw new Refusal('share-mismatch', 'This kind has no intent.');
  const curves = curvesOf(keys);
  return {
    curves,
    run: (secrets) => {
      const signatures: Signatures = {};
      for (const [index, name] of curves.entries()) {
        const [secret, expectedPublicKey] = [secrets[index], keys[name]];
        if (secret === undefined || expectedPublicKey === undefined)
          throw new Refusal('share-mismatch', 'A share is missing.');
        const message = bytesOf(name);
        signatures[name] =
          name === 'ed25519'
            ? signEd25519({ seed: secret, expectedPublicKey, message })
            : signSecp256k1({ key: secret, expectedPublicKey, digest: creationDigest(message) }).signature;
      }
      return { status, signatures };
    },
  };
}

/** An Ethereum intent: what is signed is what was parsed. */
function evm({ intent: bytes, curve }: Envelope, { secp256k1: expectedPublicKey }: PublicKeys): Task {
  if (curve !== 'secp256k1')
    throw new IntentError(
      'intent-malformed',
      'No chain is known here for this curve.',
      'Ask for a signature on secp256k1.',
    );
  if (expectedPublicKey === undefined)
    throw new IntentError('intent-malformed', 'This wallet has no key for this chain.', 'Use a wallet that has one.');
  const intent = parseIntent(decoded(bytes));
  const hash = digest(intent);
  return {
    curves: ['secp256k1'],
    run: ([key]) => {
      if (key === undefined) throw new Refusal('share-mismatch', 'A share is missing.');
      const { signature, recovery } = signSecp256k1({ key, expectedPublicKey, digest: hash });
      const { signed } = assemble(intent, { compact: signature, recovery });
      return { status: 'signed', signature, recovery, signed: signed ?? null };
    },
  };
}

function decoded(bytes: Uint8Array): unknown {
  try {
    return decodeData('intent', bytes);
  } catch (error) {
    if (error instanceof ProtocolError) throw new IntentError('intent-malformed', error.message, error.hint);
    throw error;
  }
}
