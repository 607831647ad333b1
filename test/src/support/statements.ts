import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '@symbolon/crypto';
import { SigningKey } from '@symbolon/crypto/native';
import {
  addressOf,
  type Decision,
  paths,
  type SignedStatement,
  type StatementBody,
  type StatementList,
  statementBodyCodec,
  statementCodec,
  statementListCodec,
  tagged,
} from '@symbolon/protocol';
import { statementHash } from '@symbolon/verify';
import { type Answer, get, post } from './http.ts';
import type { World } from './world.ts';

/** The development organisations' keys, each out of its own folder. */
export function organisations({ devnet }: World): SigningKey[] {
  return devnet.home.organisations.map((folder) => {
    using seed = Secret.take(new Uint8Array(readFileSync(join(folder, 'organisation.key'))));
    return SigningKey.fromSeed(seed);
  });
}

export async function listAt({ deployment }: World): Promise<StatementList> {
  return statementListCodec.decode((await get(addressOf(deployment.kms.url, paths.statements))).body);
}

/** The body of the statement that comes next on a list, but for what `says` has otherwise. */
export function nextBodyOn(
  world: World,
  list: StatementList,
  decision: Decision,
  says: Partial<StatementBody> = {},
): Uint8Array {
  const last = list.statements[list.statements.length - 1];
  return statementBodyCodec.encode({
    v: 1,
    deployment: world.deployment.id,
    number: list.statements.length + 1,
    previous: last === undefined ? null : statementHash(last.statement.body),
    made: Date.now(),
    decision,
    ...says,
  });
}

export const signedBy = (body: Uint8Array, keys: readonly SigningKey[]): SignedStatement => ({
  body,
  signatures: keys.map((key) => ({ organisation: key.publicKey, signature: key.sign(tagged('statement', body)) })),
});

export const submit = ({ deployment }: World, statement: SignedStatement): Promise<Answer> =>
  post(addressOf(deployment.kms.url, paths.statements), statementCodec.encode(statement));
