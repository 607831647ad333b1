import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, utf8 } from '../bytes.ts';
import { hpkeX25519, hpkeXWing } from './index.ts';

const info = utf8('info');
const aad = utf8('aad');
const texts = ['first', 'second', 'third'].map(utf8);

for (const hpke of [hpkeX25519, hpkeXWing]) {
  const { name } = hpke.kem;

  test(`${name}: many messages of one context open in any order, and again`, () => {
    using recipient = hpke.generate();
    using sealer = hpke.sequence(recipient.publicKey, info);
    const sealed = texts.map((text) => sealer.seal(aad, text));
    for (const index of [2, 0, 1, 0]) {
      using plaintext = recipient.openSequenced(sealed[index] ?? new Uint8Array(), info, aad);
      assert.deepEqual(plaintext.expose(), texts[index]);
    }
    assert.equal(sealer.count, 3);
  });

  test(`${name}: the first message is an HPKE message as RFC 9180 has it, and the number behind it`, () => {
    using recipient = hpke.generate();
    using sealer = hpke.sequence(recipient.publicKey, info);
    const sealed = sealer.seal(aad, utf8('first'));
    using plaintext = recipient.open(sealed.subarray(0, -4), info, aad).plaintext;
    assert.deepEqual(plaintext.expose(), utf8('first'));
    assert.deepEqual(sealed.slice(-4), new Uint8Array(4));
    const single = hpke.seal(recipient.publicKey, info, aad, utf8('single')).sealed;
    using other = recipient.openSequenced(concat(single, new Uint8Array(4)), info, aad);
    assert.deepEqual(other.expose(), utf8('single'));
  });

  test(`${name}: no message opens under another number, info, aad or key, nor altered, known context or not`, () => {
    using recipient = hpke.generate();
    using stranger = hpke.generate();
    using sealer = hpke.sequence(recipient.publicKey, info);
    const [one, two] = [sealer.seal(aad, utf8('one')), sealer.seal(aad, utf8('two'))];
    const refused = (work: () => unknown) => assert.throws(work, { code: 'open-failed' });
    for (const warm of [false, true]) {
      if (warm) recipient.openSequenced(one, info, aad).wipe();
      refused(() => recipient.openSequenced(concat(one.subarray(0, -4), two.subarray(-4)), info, aad));
      refused(() => recipient.openSequenced(one, utf8('other'), aad));
      refused(() => recipient.openSequenced(one, info, utf8('other')));
      refused(() => stranger.openSequenced(one, info, aad));
      for (const at of [0, hpke.kem.encLength - 1, hpke.kem.encLength, one.length - 5, one.length - 1]) {
        const altered = one.slice();
        altered[at] = (altered[at] ?? 0) ^ 1;
        refused(() => recipient.openSequenced(altered, info, aad));
      }
      for (const length of [0, 3, hpke.kem.encLength, hpke.kem.encLength + 19]) {
        refused(() => recipient.openSequenced(one.subarray(0, length), info, aad));
      }
    }
  });

  test(`${name}: no two messages share a nonce, also where one could not be sealed`, () => {
    using recipient = hpke.generate();
    using sealer = hpke.sequence(recipient.publicKey, info);
    const numbers = new Set<number>();
    for (let i = 0; i < 300; i++) {
      const sealed = sealer.seal(aad, utf8('same'));
      numbers.add(new DataView(sealed.buffer).getUint32(sealed.length - 4));
    }
    assert.equal(numbers.size, 300);
  });
}
