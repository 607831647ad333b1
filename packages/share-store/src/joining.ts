import { equal } from '@symbolon/crypto';
import { type DeedDevice, deedChange, deedCodec, deedHash } from '@symbolon/protocol';
import { Refusal, type VerifiedDeed } from '@symbolon/verify';

/**
 * A version that a mailed code is to confirm: the next one, letting in exactly the key that asks. Returns its hash and that
 * device. Throws Refusal `deed-invalid` and ProtocolError.
 */
export function checkJoining(
  verified: VerifiedDeed,
  body: Uint8Array,
  key: Uint8Array,
): { head: Uint8Array; device: DeedDevice } {
  const change = deedChange(verified.deed, verified.head, deedCodec.decode(body));
  const right = change.kind === 'enrol' && change.device.how === 'mail' && equal(change.device.key, key);
  if (!right) throw new Refusal('deed-invalid', 'A device that comes in by mail brings itself and no other.');
  return { head: deedHash(body), device: change.device };
}
