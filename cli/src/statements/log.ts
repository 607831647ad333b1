import {
  addressOf,
  type Deployment,
  paths,
  type SignedStatement,
  statementAnswer,
  statementCodec,
  statementListCodec,
} from '@symbolon/protocol';
import { type SignatureChecks, type VerifiedStatement, verifyStatements } from '@symbolon/verify';
import { request } from '../http.ts';

/** The kms's list of statements, verified from the first on. Throws CliError, Refusal `statement-invalid`. */
export async function fetchStatements(deployment: Deployment, checks: SignatureChecks): Promise<VerifiedStatement[]> {
  const answer = await request('kms', addressOf(deployment.kms.url, paths.statements));
  return verifyStatements(statementListCodec.decode(answer).statements, deployment, checks);
}

/** Hands a signed statement to the kms. Throws CliError with the kms's code. */
export async function submitStatement(deployment: Deployment, statement: SignedStatement): Promise<void> {
  const answer = await request(
    'kms',
    addressOf(deployment.kms.url, paths.statements),
    statementCodec.encode(statement),
  );
  statementAnswer.decode(answer);
}
