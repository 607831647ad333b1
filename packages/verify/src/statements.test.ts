import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SigningKey } from '@symbolon/crypto/native';
import {
  type Decision,
  type LoggedStatement,
  type SignedStatement,
  type StatementBody,
  type StatementEntry,
  signStatement,
  statementBodyCodec,
  statementEntryStatement,
  tagged,
} from '@symbolon/protocol';
import { Refusal } from './errors.ts';
import {
  allowedPages,
  allowedPairs,
  decidedVault,
  newerList,
  statementHash,
  verifyStatement,
  verifyStatements,
} from './statements.ts';
import { allowedPair, checks, filled, flipped, makeWorld } from './testing.ts';

const { deployment, organisations, kms } = await makeWorld();
const [one, two, three] = organisations as [SigningKey, SigningKey, SigningKey];
const pair = allowedPair(deployment);
const other = { ...pair, pcr0: filled(48, 9) };
const allow: Decision = { what: 'allow-signer', pair, note: '' };
const withdraw: Decision = { what: 'withdraw-signer', pair, note: '' };

const bodyOf = (
  number: number,
  previous: Uint8Array | null,
  decision: Decision,
  changed: Partial<StatementBody> = {},
) => statementBodyCodec.encode({ v: 1, deployment: deployment.id, number, previous, made: 1, decision, ...changed });
const signatureBy = (body: Uint8Array, key: SigningKey) => ({
  organisation: key.publicKey,
  signature: key.sign(tagged('statement', body)),
});
const signedBy = (body: Uint8Array, ...keys: SigningKey[]): SignedStatement => ({
  body,
  signatures: keys.map((key) => signatureBy(body, key)),
});

/** A list of decisions, the n-th on the kms's log at n seconds. */
function listOf(...decisions: Decision[]): LoggedStatement[] {
  let previous: Uint8Array | null = null;
  return decisions.map((decision, index) => {
    const body = bodyOf(index + 1, previous, decision);
    previous = statementHash(body);
    return { statement: signedBy(body, one, two), entry: entryOf(body, index + 1) };
  });
}
const entryOf = (body: Uint8Array, number: number, changed: Partial<StatementEntry> = {}, by = kms.signing) =>
  signStatement(
    statementEntryStatement,
    {
      v: 1,
      deployment: deployment.id,
      number,
      statement: statementHash(body),
      at: number * 1_000,
      log: number,
      ...changed,
    },
    by,
  );

const refused = (work: () => unknown) =>
  assert.throws(work, (error: unknown) => error instanceof Refusal && error.reason === 'statement-invalid');
const verify = (statement: SignedStatement) => verifyStatement(statement, null, deployment, checks);
const verifyList = (list: LoggedStatement[]) => verifyStatements(list, deployment, checks);

describe('a statement is made by k of n organisations', () => {
  const body = bodyOf(1, null, allow);

  it('by any k of them, or more', () => {
    for (const keys of [
      [one, two],
      [two, three],
      [three, one],
      [one, two, three],
    ]) {
      assert.deepEqual(verify(signedBy(body, ...keys)).hash, statementHash(body));
    }
  });

  it('not by fewer, however often one signs', () => {
    refused(() => verify(signedBy(body, one)));
    refused(() => verify(signedBy(body, one, one)));
    refused(() => verify(signedBy(body, ...Array<SigningKey>(16).fill(two))));
  });

  it('nobody else counts, nor hides among them', () => {
    const stranger = SigningKey.generate();
    refused(() => verify(signedBy(body, one, stranger)));
    refused(() => verify(signedBy(body, one, two, stranger)));
    refused(() => verify(signedBy(body, one, kms.signing)));
  });

  it('each signs these very bytes', () => {
    const good = signedBy(body, one, two);
    const [first, second] = good.signatures;
    assert.ok(first && second);
    refused(() => verify({ ...good, body: bodyOf(1, null, withdraw) }));
    refused(() => verify({ body, signatures: [first, { ...second, organisation: three.publicKey }] }));
    refused(() => verify({ body, signatures: [first, { ...second, signature: flipped(second.signature, 1) }] }));
    refused(() => verify({ body, signatures: [first, { ...second, signature: two.sign(body) }] }));
    refused(() => verify({ body, signatures: [first, { ...second, signature: two.sign(tagged('outcomes', body)) }] }));
  });

  it('of this deployment, in a form that is known', () => {
    refused(() => verify(signedBy(bodyOf(1, null, allow, { deployment: 'test-other' }), one, two)));
    refused(() => verify(signedBy(Uint8Array.of(0xa0), one, two)));
  });
});

describe('the list of statements', () => {
  const list = listOf(allow, withdraw, allow);

  it('is numbered and chained from its first', () => {
    assert.deepEqual(
      verifyList(list).map(({ loggedAt }) => loggedAt),
      [1_000, 2_000, 3_000],
    );
    assert.deepEqual(verifyList([]), []);
    const [a, b, c] = list as [LoggedStatement, LoggedStatement, LoggedStatement];
    for (const wrong of [[b], [a, c], [b, a], [a, a], [a, b, b]]) refused(() => verifyList(wrong));
  });

  it('refuses a gap in the numbers, and another past', () => {
    const first = bodyOf(1, null, allow);
    const before = verify(signedBy(first, one, two));
    const next = (number: number, previous: Uint8Array | null) =>
      verifyStatement(signedBy(bodyOf(number, previous, withdraw), one, two), before, deployment, checks);
    next(2, statementHash(first));
    refused(() => next(3, statementHash(first)));
    refused(() => next(1, statementHash(first)));
    refused(() => next(2, filled(32, 1)));
    refused(() => next(2, null));
    refused(() => verify(signedBy(bodyOf(1, filled(32, 1), allow), one, two)));
  });

  it("each is on the kms's log, by the kms's word on this very statement", () => {
    const body = bodyOf(1, null, allow);
    const statement = signedBy(body, one, two);
    verifyList([{ statement, entry: entryOf(body, 1) }]);
    for (const entry of [
      entryOf(body, 1, {}, one),
      entryOf(body, 1, { deployment: 'test-other' }),
      entryOf(body, 1, { statement: filled(32, 1) }),
      entryOf(body, 2),
    ]) {
      refused(() => verifyList([{ statement, entry }]));
    }
  });

  it('only grows: neither a shorter list nor a fork takes the place of a known one', () => {
    const known = verifyList(list);
    const longer = verifyList(listOf(allow, withdraw, allow, withdraw));
    assert.equal(newerList(known, longer), longer);
    assert.equal(newerList(known, known), known);
    assert.equal(newerList([], known), known);
    refused(() => newerList(known, known.slice(0, 2)));
    refused(() => newerList(known, []));
    const fork = verifyList(listOf(allow, withdraw, { ...allow, note: 'fork' }, withdraw));
    refused(() => newerList(known, fork));
  });
});

describe('what is allowed', () => {
  const day = 86_400;
  const at = (seconds: number) => seconds * 1_000;

  it('counts after the waiting time, from when it was logged', () => {
    const list = verifyList(listOf(allow));
    assert.deepEqual(allowedPairs(list, day, at(1 + day) - 1), []);
    assert.deepEqual(allowedPairs(list, day, at(1 + day)), [pair]);
    assert.deepEqual(allowedPairs(list, 0, at(1)), [pair]);
  });

  it('counts no more as soon as it is withdrawn, without any wait', () => {
    const list = verifyList(listOf(allow, { ...allow, pair: other }, withdraw));
    assert.deepEqual(allowedPairs(list, day, at(3 + day)), [other]);
    assert.deepEqual(allowedPairs(list, 0, at(3)), [other]);
  });

  it('a withdrawal while it waits ends it for good', () => {
    const list = verifyList(listOf(allow, withdraw));
    for (const now of [at(2), at(1 + day), at(10 * day)]) assert.deepEqual(allowedPairs(list, day, now), []);
  });

  it('may be allowed again, by a new decision with a new wait', () => {
    const list = verifyList(listOf(allow, withdraw, allow));
    assert.deepEqual(allowedPairs(list, day, at(2 + day)), []);
    assert.deepEqual(allowedPairs(list, day, at(3 + day)), [pair]);
  });

  it('releases of the page, by the same rule, and neither kind of decision touches the other', () => {
    const [release, older] = [filled(32, 7), filled(32, 6)];
    const page = (what: 'allow-page' | 'withdraw-page', of: Uint8Array): Decision => ({ what, release: of, note: '' });
    const list = verifyList(listOf(page('allow-page', older), allow, page('allow-page', release), withdraw));
    assert.deepEqual(allowedPages(list, 0, at(9)), [older, release]);
    assert.deepEqual(allowedPages(list, day, at(3 + day) - 1), [older]);
    assert.deepEqual(allowedPairs(list, 0, at(9)), []);
    const withdrawn = verifyList(
      listOf(page('allow-page', older), allow, page('allow-page', release), page('withdraw-page', older)),
    );
    assert.deepEqual(allowedPages(withdrawn, 0, at(9)), [release]);
    assert.deepEqual(allowedPages(withdrawn, 10 * day, at(9)), []);
    assert.deepEqual(allowedPairs(withdrawn, 0, at(9)), [pair]);
  });

  it('a pair is withdrawn as a pair: the same image with another configuration stays', () => {
    const twin = { ...pair, configuration: filled(32, 9) };
    const list = verifyList(listOf(allow, { ...allow, pair: twin }, withdraw));
    assert.deepEqual(allowedPairs(list, 0, at(9)), [twin]);
  });
});

describe('where the keys of the kms are to lie', () => {
  const to = (byte: number) => ({ kind: 'pkcs11', identity: filled(32, byte) }) as const;
  const move = (byte: number): Decision => ({ what: 'move-vault', to: to(byte), note: '' });

  it('counts after the waiting time, the last decision alone, and changes nothing about signers', () => {
    const list = verifyList(listOf(allow, move(1), move(2)));
    assert.equal(decidedVault(list, 3_600, 3_601_999), null);
    assert.deepEqual(decidedVault(list, 3_600, 3_602_000), { vault: to(1), since: 3_602_000 });
    assert.deepEqual(decidedVault(list, 3_600, 3_603_000), { vault: to(2), since: 3_603_000 });
    assert.deepEqual(allowedPairs(list, 0, 9_000), [pair]);
    assert.equal(decidedVault(verifyList(listOf(allow)), 0, 9_000), null);
  });
});
