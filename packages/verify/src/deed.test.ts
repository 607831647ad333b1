import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toBase64url } from '@symbolon/crypto';
import { SigningKey } from '@symbolon/crypto/native';
import {
  type Deed,
  type DeedVersion,
  deedCodec,
  deedHash,
  type MailConfirmation,
  mailConfirmationStatement,
  signStatement,
  tagged,
  thumbprint,
} from '@symbolon/protocol';
import { checkDevice, checkIdentity, checkSignInFor, DeedVerifier, enrolledOrigin } from './deed.ts';
import { Refusal, type RefusalReason } from './errors.ts';
import { byDevice, checks, entryOf, filled, flipped, makeWallet, makeWorld, nextBody, TestDevice } from './testing.ts';

const world = await makeWorld();
const { deployment, kms, cloud } = world;
const [own, second, third] = [new TestDevice(), new TestDevice(), new TestDevice()];
const wallet = makeWallet(world, own, 'alice');
const { id, deed, first } = wallet;

const make = () =>
  new DeedVerifier({ deployment: deployment.id, kms: deployment.kms.signing, cloud: deployment.cloud.signing }, checks);
const verify = (...chain: DeedVersion[]) => make().verify(id, chain);
function refused(work: () => unknown, reason: RefusalReason = 'deed-invalid'): void {
  assert.throws(work, (error: unknown) => error instanceof Refusal && error.reason === reason);
}
const decoded = (version: DeedVersion): Deed => deedCodec.decode(version.body);
const [entry] = deed.devices;
assert.ok(entry);

/** A version after the first that lets `second` in. */
const enrolled = byDevice(nextBody(deed, { devices: [entry, entryOf(second, 'approval')] }), own);

describe('a deed leads from its wallet id to here', () => {
  it('the wallet id is the hash of the first version', () => {
    const { head, deed: said } = verify(first);
    assert.deepEqual(head, id);
    assert.deepEqual(said, deed);
    refused(() => make().verify(filled(32, 1), [first]));
    for (let bit = 0; bit < 256; bit += 9) refused(() => make().verify(flipped(id, bit), [first]));
  });

  it('each later version is signed by a device of the one before', () => {
    const { head, deed: said } = verify(first, enrolled);
    assert.deepEqual(head, deedHash(enrolled.body));
    assert.equal(said.devices.length, 2);
    const next = byDevice(nextBody(said, { devices: [entry], revoked: [thumbprint(second.point)] }), second);
    assert.equal(verify(first, enrolled, next).deed.devices.length, 1);
  });

  it('what was verified is remembered by its head, under its own wallet alone', () => {
    const deeds = make();
    deeds.verify(id, [first, enrolled]);
    const head = deedHash(enrolled.body);
    assert.ok(deeds.known(id, head));
    assert.equal(deeds.known(filled(32, 1), head), undefined);
    assert.equal(deeds.known(id, filled(32, 1)), undefined);
    refused(() => deeds.verify(filled(32, 1), [first, enrolled]));
  });
});

describe('a chain is refused', () => {
  it('with no version, or without its first', () => {
    refused(() => verify());
    refused(() => verify(enrolled));
  });

  it('with a version left out, repeated or in another order', () => {
    const { deed: two } = verify(first, enrolled);
    const three = byDevice(nextBody(two, { devices: [...two.devices, entryOf(third, 'approval')] }), own);
    verify(first, enrolled, three);
    refused(() => verify(first, three));
    refused(() => verify(first, enrolled, enrolled));
    refused(() => verify(first, three, enrolled));
  });

  it('with a version of another wallet in it', () => {
    const other = makeWallet(world, own, 'bob');
    const [theirs] = other.deed.devices;
    assert.ok(theirs);
    const foreign = byDevice(nextBody(other.deed, { devices: [theirs, entryOf(second, 'approval')] }), own);
    make().verify(other.id, [other.first, foreign]);
    refused(() => verify(first, foreign));
    refused(() => verify(other.first, foreign));
  });

  const firsts: Record<string, Partial<Deed>> = {
    'of another deployment': { deployment: 'test-other' },
    'that is not the first': { number: 2 },
    'that follows another': { previous: filled(32, 1) },
    'that has revoked a key already': { revoked: [filled(32, 1)] },
    'with two devices': { devices: [entry, entryOf(second, 'approval')] },
    'whose device came by approval': { devices: [{ ...entry, how: 'approval' }] },
    'made by an embedded page': { devices: [{ ...entry, origin: 'https://dapp.example' }] },
  };
  for (const [what, changed] of Object.entries(firsts)) {
    it(`with a first version ${what}, though the wallet id is its hash`, () => {
      const body = deedCodec.encode({ ...deed, ...changed });
      refused(() => make().verify(deedHash(body), [{ body, authority: { by: 'creation' } }]));
    });
  }

  it('with a first version that a device vouches for, or a later one that nobody does', () => {
    refused(() => verify(byDevice(first.body, own)));
    refused(() => verify(first, { body: enrolled.body, authority: { by: 'creation' } }));
  });

  it('with a body that is no deed', () => {
    const body = Uint8Array.of(0xa0);
    refused(() => make().verify(deedHash(body), [{ body, authority: { by: 'creation' } }]));
    refused(() => verify(first, byDevice(body, own)));
  });
});

describe('a version by a device is refused', () => {
  const body = enrolled.body;
  it('signed by a key that is not enrolled, even the one that it lets in', () => {
    refused(() => verify(first, byDevice(body, second)));
    refused(() => verify(first, byDevice(body, third)));
  });

  it('that names an enrolled key and is signed by another', () => {
    const signature = third.sign(tagged('deed', body));
    refused(() => verify(first, { body, authority: { by: 'device', key: own.point, signature } }));
  });

  it('signed for something else: under another domain, or another body', () => {
    for (const message of [body, tagged('request', body), tagged('deed', first.body)]) {
      refused(() => verify(first, { body, authority: { by: 'device', key: own.point, signature: own.sign(message) } }));
    }
  });

  it('by a key that was revoked, from that version on', () => {
    const { deed: two } = verify(first, enrolled);
    const revoked = byDevice(nextBody(two, { devices: [entry], revoked: [thumbprint(second.point)] }), own);
    const { deed: three } = verify(first, enrolled, revoked);
    const body4 = nextBody(three, { devices: [entry, entryOf(third, 'approval')] });
    refused(() => verify(first, enrolled, revoked, byDevice(body4, second)));
    verify(first, enrolled, revoked, byDevice(body4, own));
  });

  it('by a key of an embedded page: it may sign, and never change who else may', () => {
    const embedded = entryOf(second, 'approval', 'https://dapp.example');
    const scoped = byDevice(nextBody(deed, { devices: [entry, embedded] }), own);
    const { deed: two } = verify(first, scoped);
    refused(() =>
      verify(first, scoped, byDevice(nextBody(two, { devices: [...two.devices, entryOf(third, 'approval')] }), second)),
    );
    refused(() =>
      verify(first, scoped, byDevice(nextBody(two, { devices: [embedded], revoked: [thumbprint(own.point)] }), second)),
    );
  });

  it('that says a device came by mail', () => {
    refused(() => verify(first, byDevice(nextBody(deed, { devices: [entry, entryOf(second, 'mail')] }), own)));
  });
});

describe('a version by mailbox recovery', () => {
  const body = nextBody(deed, { devices: [entry, entryOf(second, 'mail')] });
  const says: MailConfirmation = {
    v: 1,
    deployment: deployment.id,
    wallet: id,
    deed: deedHash(body),
    key: thumbprint(second.point),
    at: 1,
  };
  const confirm = (by: SigningKey, changed: Partial<MailConfirmation> = {}) =>
    signStatement(mailConfirmationStatement, { ...says, ...changed }, by);
  const kmsSays = confirm(kms.signing);
  const cloudSays = confirm(cloud.signing);
  const byMail = (kmsWord = kmsSays, cloudWord = cloudSays, what = body): DeedVersion => ({
    body: what,
    authority: { by: 'mail', kms: kmsWord, cloud: cloudWord },
  });

  it('is vouched for by kms and cloud both', () => {
    assert.equal(decoded(byMail()).devices.length, 2);
    assert.equal(verify(first, byMail()).deed.devices[1]?.how, 'mail');
  });

  it('is not by one of them twice, nor by anyone else', () => {
    refused(() => verify(first, byMail(kmsSays, kmsSays)));
    refused(() => verify(first, byMail(cloudSays, cloudSays)));
    refused(() => verify(first, byMail(cloudSays, kmsSays)));
    refused(() => verify(first, byMail(kmsSays, confirm(SigningKey.generate()))));
    refused(() => verify(first, byMail(confirm(SigningKey.generate()), cloudSays)));
  });

  const others: Record<string, Partial<MailConfirmation>> = {
    'another deployment': { deployment: 'test-other' },
    'another wallet': { wallet: filled(32, 1) },
    'another version': { deed: filled(32, 1) },
    'another key': { key: thumbprint(third.point) },
  };
  for (const [what, changed] of Object.entries(others)) {
    it(`is not where one of them spoke of ${what}`, () => {
      refused(() => verify(first, byMail(confirm(kms.signing, changed), cloudSays)));
      refused(() => verify(first, byMail(kmsSays, confirm(cloud.signing, changed))));
    });
  }

  it('lets a device of the wallet itself in by mail, and does nothing else', () => {
    const removes = nextBody(deed, { devices: [entry, entryOf(second, 'approval')] });
    const scoped = nextBody(deed, { devices: [entry, entryOf(second, 'mail', 'https://dapp.example')] });
    const two = deedCodec.decode(enrolled.body);
    const revokes = nextBody(two, { devices: [entry], revoked: [thumbprint(second.point)] });
    const both = (what: Uint8Array) =>
      byMail(confirm(kms.signing, { deed: deedHash(what) }), confirm(cloud.signing, { deed: deedHash(what) }), what);
    refused(() => verify(first, both(removes)));
    refused(() => verify(first, both(scoped)));
    refused(() => verify(first, enrolled, both(revokes)));
  });

  it('a confirmation is not good for the next version that would let the same key in', () => {
    const later = nextBody(decoded(enrolled), { devices: [...decoded(enrolled).devices, entryOf(third, 'mail')] });
    refused(() =>
      verify(first, enrolled, byMail(confirm(kms.signing, { key: thumbprint(third.point) }), cloudSays, later)),
    );
  });
});

describe('who may use a wallet', () => {
  const identity = {
    issuer: world.issuer.url,
    subject: 'alice',
    nonce: toBase64url(thumbprint(own.point)),
    signedInAt: 1_000_000,
    issuedAt: 1_000_000,
    expires: 2_000_000,
    mailbox: null,
    issuerKey: filled(32, 1),
  };

  it('its person, by issuer and subject', () => {
    checkIdentity(deed, wallet.salt, identity);
    refused(() => checkIdentity(deed, wallet.salt, { ...identity, subject: 'bob' }), 'token-identity');
    refused(() => checkIdentity(deed, wallet.salt, { ...identity, issuer: 'https://other.example' }), 'token-identity');
    refused(() => checkIdentity(deed, filled(32, 1), identity), 'token-identity');
  });

  it('its enrolled devices, each where it may', () => {
    const scoped = { ...deed, devices: [entry, entryOf(second, 'approval', 'https://dapp.example')] };
    checkDevice(scoped, own.point, null);
    checkDevice(scoped, own.point, 'https://dapp.example');
    checkDevice(scoped, second.point, 'https://dapp.example');
    refused(() => checkDevice(scoped, second.point, null), 'device-scope');
    refused(() => checkDevice(scoped, second.point, 'https://dapp.example.attacker.example'), 'device-scope');
    refused(() => checkDevice(scoped, third.point, null), 'device-unknown');
    assert.equal(enrolledOrigin(scoped, second.point), 'https://dapp.example');
    assert.equal(enrolledOrigin(scoped, own.point), null);
  });

  it('a key is let in by a sign-in for this very key, within a quarter of an hour', () => {
    const quarter = 15 * 60_000;
    checkSignInFor(identity, own.point, 1_000_000 + quarter);
    refused(() => checkSignInFor(identity, second.point, 1_000_000), 'token-nonce');
    refused(() => checkSignInFor({ ...identity, nonce: null }, own.point, 1_000_000), 'token-nonce');
    refused(() => checkSignInFor({ ...identity, nonce: '' }, own.point, 1_000_000), 'token-nonce');
    refused(() => checkSignInFor(identity, own.point, 1_000_001 + quarter), 'sign-in-too-old');
    refused(() => checkSignInFor({ ...identity, signedInAt: null }, own.point, 1_000_000), 'sign-in-too-old');
  });
});
