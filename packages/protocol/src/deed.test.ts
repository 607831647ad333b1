import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { utf8 } from '@symbolon/crypto';
import * as fc from 'fast-check';
import {
  type Deed,
  type DeedDevice,
  deedChange,
  deedCodec,
  deedHash,
  enrolledDevice,
  identityHash,
  mailboxHash,
} from './deed.ts';
import { ProtocolError } from './errors.ts';
import { thumbprint } from './thumbprint.ts';

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const device = (byte: number, how: DeedDevice['how'], origin: string | null = null): DeedDevice => ({
  key: filled(64, byte),
  name: `device ${byte}`,
  added: 1,
  how,
  origin,
});
const own = device(1, 'creation');
const second = device(2, 'approval');
const embedded = device(3, 'approval', 'https://dapp.example');

const first: Deed = {
  v: 1,
  deployment: 'test-deed',
  number: 1,
  previous: null,
  salt: filled(32, 9),
  keys: { secp256k1: filled(33, 2), ed25519: filled(32, 3) },
  made: { how: 'created', at: 1 },
  identity: filled(32, 4),
  mailbox: filled(32, 5),
  devices: [own],
  revoked: [],
};
const hashOf = (deed: Deed) => deedHash(deedCodec.encode(deed));
const after = (before: Deed, change: Partial<Deed>): Deed => ({
  ...before,
  number: before.number + 1,
  previous: hashOf(before),
  ...change,
});
const three = after(first, { devices: [own, second, embedded] });

const refused = (before: Deed, next: Deed) =>
  assert.throws(
    () => deedChange(before, hashOf(before), next),
    (error: unknown) => error instanceof ProtocolError && error.code === 'deed-invalid',
  );

describe('a deed version changes exactly one device', () => {
  it('one more, at the end', () => {
    const next = after(first, { devices: [own, second] });
    assert.deepEqual(deedChange(first, hashOf(first), next), { kind: 'enrol', device: second });
  });

  it('or one fewer, which stands among the revoked from then on', () => {
    const next = after(three, { devices: [own, embedded], revoked: [thumbprint(second.key)] });
    const change = deedChange(three, hashOf(three), next);
    assert.deepEqual(change, { kind: 'revoke', thumbprint: thumbprint(second.key) });
  });

  const forbidden: Record<string, [Deed, Deed]> = {
    'no change': [first, after(first, {})],
    'two devices at once': [first, three],
    'a device put in the middle': [three, after(three, { devices: [own, device(4, 'approval'), second, embedded] })],
    'the devices in another order': [three, after(three, { devices: [second, own, embedded] })],
    'one device in the place of another': [three, after(three, { devices: [own, device(4, 'approval'), embedded] })],
    'an enrolled key again': [first, after(first, { devices: [own, { ...own, how: 'approval' }] })],
    'a device as if at creation': [first, after(first, { devices: [own, device(2, 'creation')] })],
    'another name for a device': [three, after(three, { devices: [own, { ...second, name: 'x' }, embedded] })],
    'a wider scope for a device': [three, after(three, { devices: [own, second, { ...embedded, origin: null }] })],
    'a removal that is not recorded': [three, after(three, { devices: [own, second] })],
    'a record without a removal': [three, after(three, { revoked: [thumbprint(second.key)] })],
    'a removal recorded as of another': [
      three,
      after(three, { devices: [own, second], revoked: [thumbprint(second.key)] }),
    ],
    'a removal of a key that was not there': [
      three,
      after(three, { devices: [own, second], revoked: [filled(32, 7)] }),
    ],
    'a removal and an enrolment at once': [
      three,
      after(three, { devices: [own, second, device(4, 'approval')], revoked: [thumbprint(embedded.key)] }),
    ],
    'the last device of the wallet itself removed': [
      after(first, { devices: [own, embedded] }),
      after(after(first, { devices: [own, embedded] }), { devices: [embedded], revoked: [thumbprint(own.key)] }),
    ],
  };
  for (const [what, [before, next]] of Object.entries(forbidden)) it(`never: ${what}`, () => refused(before, next));
});

describe('what a deed says at its creation stays', () => {
  const changes: Record<string, Partial<Deed>> = {
    deployment: { deployment: 'test-other' },
    salt: { salt: filled(32, 8) },
    'a public key': { keys: { ...first.keys, ed25519: filled(32, 8) } },
    'the set of public keys': { keys: { secp256k1: filled(33, 2) } },
    'how it was made': { made: { how: 'imported', at: 1 } },
    'when it was made': { made: { how: 'created', at: 2 } },
    identity: { identity: filled(32, 8) },
    mailbox: { mailbox: filled(32, 8) },
    'having a mailbox': { mailbox: null },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(what, () => refused(first, after(first, { devices: [own, second], ...change })));
  }
});

describe('versions form one chain', () => {
  const good = { devices: [own, second] };
  it('numbers have no gap', () => {
    refused(first, after(first, { ...good, number: 3 }));
    refused(first, after(first, { ...good, number: 1 }));
  });
  it('each names the one before by its hash', () => {
    refused(first, after(first, { ...good, previous: null }));
    refused(first, after(first, { ...good, previous: filled(32, 1) }));
  });
});

describe('a revoked key never returns', () => {
  const without = after(three, { devices: [own, embedded], revoked: [thumbprint(second.key)] });
  it('by no way', () => {
    for (const how of ['approval', 'mail'] as const) {
      refused(without, after(without, { devices: [own, embedded, { ...second, how }] }));
    }
  });
  it('nor can the record of it be dropped, changed or reordered', () => {
    const devices = [own, embedded, device(4, 'approval')];
    refused(without, after(without, { devices, revoked: [] }));
    refused(without, after(without, { devices, revoked: [thumbprint(own.key)] }));
    refused(without, after(without, { devices, revoked: [thumbprint(second.key), thumbprint(second.key)] }));
  });
});

describe('a deed has its bounds', () => {
  const late = (number: number): Deed => ({ ...three, number, previous: filled(32, 1) });
  it('past the thirtieth version devices can only be taken out: nobody can fill it up and stay', () => {
    const added = (before: Deed) => after(before, { devices: [...before.devices, device(4, 'approval')] });
    assert.equal(deedChange(late(29), hashOf(late(29)), added(late(29))).kind, 'enrol');
    refused(late(30), added(late(30)));
    const without = after(late(30), { devices: [own, embedded], revoked: [thumbprint(second.key)] });
    assert.equal(deedChange(late(30), hashOf(late(30)), without).kind, 'revoke');
  });

  it('a device is named in printable characters', () => {
    const named = (name: string) => deedCodec.encode({ ...first, devices: [{ ...own, name }] });
    named("Alice's phone \u{1f4f1}");
    for (const name of ['', 'a\nb', 'a\u0000', 'a\u202eb', 'a\u2028b', 'a\u200bb', 'x'.repeat(65)]) {
      assert.throws(() => named(name), ProtocolError);
    }
  });
});

describe('salted hashes', () => {
  it('no pair of issuer and subject can be cut elsewhere to look like another', () => {
    const salt = filled(32, 1);
    const whole = 'https://a.example/user';
    const seen = new Set<string>();
    for (let cut = 0; cut <= whole.length; cut++)
      seen.add(String(identityHash(salt, whole.slice(0, cut), whole.slice(cut))));
    assert.equal(seen.size, whole.length + 1);
  });
  it('say nothing without the salt, and nothing across deeds', () => {
    assert.notDeepEqual(identityHash(filled(32, 1), 'i', 's'), identityHash(filled(32, 2), 'i', 's'));
    assert.notDeepEqual(mailboxHash(filled(32, 1), 'a@b'), mailboxHash(filled(32, 2), 'a@b'));
    assert.notDeepEqual(mailboxHash(filled(32, 1), 'a@b'), identityHash(filled(32, 1), '', 'a@b'));
  });
});

describe('the hash of a deed', () => {
  it('changes with every bit of its body', () => {
    const body = deedCodec.encode(first);
    const whole = deedHash(body);
    fc.assert(
      fc.property(fc.nat(body.length * 8 - 1), (bit) => {
        const flipped = body.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assert.notDeepEqual(deedHash(flipped), whole);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
  it('a device is found by its key alone', () => {
    assert.deepEqual(enrolledDevice(three, filled(64, 3)), embedded);
    assert.equal(enrolledDevice(three, filled(64, 4)), null);
    assert.equal(enrolledDevice(three, utf8('')), null);
  });
});
