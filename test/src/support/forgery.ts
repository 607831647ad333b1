import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyDocument } from '@symbolon/attestation';
import { type DocumentFields, type Identity, issueLeaf, signDocument } from '@symbolon/attestation/develop';
import { hpkeXWing, SigningKey } from '@symbolon/crypto/native';
import {
  configurationHash,
  type Evidence,
  evidenceCodec,
  evidenceUserDataCodec,
  type SignerKeys,
  signerConfigurationOf,
  signerId,
} from '@symbolon/protocol';
import { type RunningSigner, signerOf, type World } from './world.ts';

/** Keys that an attacker made, as a signer would. */
export function attackersKeys(): SignerKeys {
  return { v: 1, sealing: hpkeXWing.generate().publicKey, signing: SigningKey.generate().publicKey };
}

/** The development root, whose key lies with the security module: for those who are that module's host. */
export function developmentRoot({ devnet }: World): Identity {
  const folder = join(devnet.home.devNsm, 'root');
  const key = readFileSync(join(folder, 'root.key'));
  return {
    privateKey: createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
    chain: [new Uint8Array(readFileSync(join(folder, 'root.der')))],
  };
}

/** What the running signer's own document says, to be said otherwise. */
export async function honestFields(
  world: World,
): Promise<{ signer: RunningSigner; fields: Omit<DocumentFields, 'leaf'> }> {
  const signer = await signerOf(world);
  const { document } = evidenceCodec.decode(signer.evidence);
  const roots = world.deployment.attestationRoots.map((root) => new Uint8Array(Buffer.from(root, 'base64')));
  const said = await verifyDocument(document, { roots, at: Date.now() });
  const { measurement, timestamp, userData } = said;
  const measured = [measurement.pcr0, measurement.pcr1, measurement.pcr2];
  const pcrs = new Map(Array.from({ length: 16 }, (_, index) => [index, measured[index] ?? new Uint8Array(48)]));
  return { signer, fields: { moduleId: said.moduleId, timestamp, pcrs, publicKey: null, userData, nonce: null } };
}

/** Evidence of `keys` under `root`, honest but for `fields`. */
export function forge(root: Identity, keys: SignerKeys, fields: Omit<DocumentFields, 'leaf'>): Evidence {
  return { document: signDocument({ leaf: issueLeaf(root), ...fields }), keys };
}

/** User data that binds these keys to this deployment's configuration, or to another. */
export function binding(world: World, keys: SignerKeys, configuration?: Uint8Array): Uint8Array {
  const own = configurationHash(signerConfigurationOf(world.deployment));
  return evidenceUserDataCodec.encode({ v: 1, configuration: configuration ?? own, keys: signerId(keys) });
}

export const randomHash = (): Uint8Array => new Uint8Array(randomBytes(32));
