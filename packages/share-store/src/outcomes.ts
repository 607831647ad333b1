import { verifyEd25519 } from '@symbolon/crypto/native';
import { type Outcomes, openStatement, outcomesStatement, type Signed } from '@symbolon/protocol';
import { Refusal } from '@symbolon/verify';
import type { ShareStore } from './shareStore.ts';

/** How releases ended, if the word is of a signer whose evidence this store holds. Throws Refusal and ProtocolError. */
export function openOutcomes(store: ShareStore, signed: Signed): Outcomes {
  const claimed = outcomesStatement.body.decode(signed.body);
  const signer = store.evidence.current(claimed.signer);
  const says = openStatement(outcomesStatement, signed, signer.keys.signing, verifyEd25519);
  if (says === null || says.deployment !== store.deployment.id)
    throw new Refusal('evidence-invalid', 'Not signed by this signer.');
  return says;
}
