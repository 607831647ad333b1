import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fromBase64url, toBase64url } from '@symbolon/crypto';
import type { SignedStatement } from '@symbolon/protocol';
import * as v from 'valibot';
import { CliError } from '../errors.ts';

/** A statement on its way from one organisation to the next; unlike one that is sent, it may still lack signatures. */
const fileSchema = v.strictObject({
  body: v.string(),
  signatures: v.array(v.strictObject({ organisation: v.string(), signature: v.string() })),
});

/** Throws CliError `statement-file`. */
export function readStatementFile(path: string): SignedStatement {
  try {
    const { body, signatures } = v.parse(fileSchema, JSON.parse(readFileSync(path, 'utf8')));
    return {
      body: fromBase64url(body),
      signatures: signatures.map(({ organisation, signature }) => ({
        organisation: fromBase64url(organisation),
        signature: fromBase64url(signature),
      })),
    };
  } catch {
    const hint = 'Make one with `symbolon statement new`.';
    throw new CliError('statement-file', `${path} holds no statement.`, hint);
  }
}

/** Whole or not at all. */
export function writeStatementFile(path: string, { body, signatures }: SignedStatement): void {
  const text = {
    body: toBase64url(body),
    signatures: signatures.map(({ organisation, signature }) => ({
      organisation: toBase64url(organisation),
      signature: toBase64url(signature),
    })),
  };
  const draft = `${path}.tmp`;
  writeFileSync(draft, `${JSON.stringify(text, null, 2)}\n`, { flush: true });
  renameSync(draft, path);
}
