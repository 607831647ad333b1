import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Bytes, copyOf } from './bytes.ts';
import { parseCertificate } from './certificate.ts';
import { bitString, element, integer, oid, sequence, time } from './develop/der.ts';
import { createDevelopmentRoot, issueIntermediate, issueLeaf } from './develop/index.ts';
import { AttestationError } from './error.ts';
import { parsePayload } from './nitro/payload.ts';
import { parseSign1 } from './nitro/sign1.ts';

const NITRO = ['real-2022-11-09.cbor', 'real-2022-10-12-debug-mode.cbor', 'real-2026-01-03-indefinite.cbor'];

function nitroChain(file: string): Bytes[] {
  const document = copyOf(readFileSync(new URL(`../vectors/${file}`, import.meta.url)));
  const { cabundle, certificate } = parsePayload(parseSign1(document).payload);
  return [...cabundle, certificate];
}

const development = issueLeaf(
  issueIntermediate(createDevelopmentRoot({ notAfter: Date.UTC(2055, 1, 2, 3, 4, 5) }), {
    authority: { pathLength: 3 },
    curve: 'P-256',
  }),
);
const chains = [...NITRO.map(nitroChain), development.chain.map(copyOf)];

test("every certificate reads as OpenSSL reads it: Nitro's and our own", () => {
  for (const der of chains.flat()) {
    const ours = parseCertificate(der);
    const theirs = new X509Certificate(der);
    const { x = '', y = '', crv } = theirs.publicKey.export({ format: 'jwk' });
    const point = Buffer.concat([Uint8Array.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
    assert.equal(ours.publicKey.curve, crv);
    assert.deepEqual(Buffer.from(ours.publicKey.point), point);
    assert.equal(ours.notBefore, theirs.validFromDate.getTime());
    assert.equal(ours.notAfter, theirs.validToDate.getTime());
    assert.equal(ours.isCa, theirs.ca);
  }
});

test('every link that OpenSSL finds in these chains, names and signatures, is one here', () => {
  for (const chain of chains) {
    for (const [i, der] of chain.slice(1).entries()) {
      const issuerDer = chain[i];
      assert.ok(issuerDer);
      const issuer = new X509Certificate(issuerDer);
      const subject = new X509Certificate(der);
      assert.ok(subject.checkIssued(issuer));
      assert.ok(subject.verify(issuer.publicKey));
      assert.deepEqual(parseCertificate(der).issuer, parseCertificate(issuerDer).subject);
      assert.ok(parseCertificate(issuerDer).mayCertify);
    }
  }
});

test("Nitro's path lengths fall to zero above the leaf, which may sign and not certify", () => {
  for (const file of NITRO) {
    const read = nitroChain(file).map(parseCertificate);
    assert.deepEqual(
      read.slice(0, -1).map(({ pathLength }) => pathLength),
      [Infinity, 2, 1, 0],
    );
    const leaf = read.at(-1);
    assert.deepEqual([leaf?.isCa, leaf?.maySign, leaf?.mayCertify], [false, true, false]);
  }
});

test('an altered certificate parses or is refused, nothing else', () => {
  const pool = chains.flat();
  const edit = fc.tuple(fc.constantFrom(...pool), fc.nat(1100), fc.uint8Array({ maxLength: 3 }), fc.nat(2));
  const law = fc.property(edit, ([der, where, insert, remove]) => {
    const at = where % der.length;
    const forged = copyOf(Buffer.concat([der.subarray(0, at), insert, der.subarray(at + remove)]));
    try {
      parseCertificate(forged);
    } catch (error) {
      assert.ok(error instanceof AttestationError, String(error));
    }
  });
  fc.assert(law, { seed: 1, numRuns: 3000 });
});

/** The certificate of a P-384 root with one place in it overwritten. */
function patched(find: string, replace: string, last = false): Bytes {
  const forged = Buffer.from(development.chain[0] ?? []);
  const pattern = Buffer.from(find, 'hex');
  const at = last ? forged.lastIndexOf(pattern) : forged.indexOf(pattern);
  assert.ok(at >= 0);
  forged.write(replace, at, 'hex');
  return copyOf(forged);
}

test('version 2, a compressed point, another algorithm outside the signed part than inside: all refused', () => {
  parseCertificate(patched('a003020102', 'a003020102'));
  assert.throws(() => parseCertificate(patched('a003020102', 'a003020101')), { code: 'malformed' });
  assert.throws(() => parseCertificate(patched('03620004', '03620002')), { code: 'malformed' });
  assert.throws(() => parseCertificate(patched('03620004', '03620104')), { code: 'malformed' });
  const es384 = '2a8648ce3d040303';
  assert.throws(() => parseCertificate(patched(es384, '2a8648ce3d040302', true)), { code: 'malformed' });
  assert.throws(() => parseCertificate(patched(es384, '2a8648ce3d040304', false)), { code: 'malformed' });
  assert.throws(() => parseCertificate(patched('06052b81040022', '06052b81040023')), { code: 'algorithm' });
});

test('a serial number over 20 octets, and anything after the extensions, are refused', () => {
  const [version, extensions] = [integer(Uint8Array.of(2)), sequence()];
  const algorithm = sequence(oid('1.2.840.10045.4.3.3'));
  const key = new X509Certificate(Buffer.from(development.chain[0] ?? [])).publicKey;
  const certificate = (serial: Uint8Array, ...after: Uint8Array[]) => {
    const validity = sequence(time(0), time(1));
    const spki = key.export({ type: 'spki', format: 'der' });
    const fields = [integer(serial), algorithm, sequence(), validity, sequence(), spki, element(0xa3, extensions)];
    return copyOf(sequence(sequence(element(0xa0, version), ...fields, ...after), algorithm, bitString(sequence())));
  };
  parseCertificate(certificate(new Uint8Array(20).fill(1)));
  assert.throws(() => parseCertificate(certificate(new Uint8Array(21).fill(1))), { code: 'malformed' });
  assert.throws(() => parseCertificate(certificate(Uint8Array.of(1), sequence())), { code: 'malformed' });
});
