import { fidelityOf, verifyDocument } from '@symbolon/attestation';
import { addressOf, type Deployment, evidenceCodec, paths } from '@symbolon/protocol';
import { allowedPairs, EvidenceVerifier, type VerifiedStatement } from '@symbolon/verify';
import { CliError } from '../errors.ts';
import { request } from '../http.ts';
import { nativeChecks } from '../statements/checks.ts';
import { fetchStatements } from '../statements/log.ts';
import { standings } from '../statements/standing.ts';
import { statementLine } from '../statements/words.ts';
import { bad, type Finding, good, note } from './findings.ts';

/** What this deployment's trust rests on, as far as it can be seen from here. */
export async function examineTrust(deployment: Deployment): Promise<Finding[]> {
  const list = await attempt(() => fetchStatements(deployment, nativeChecks));
  if (list instanceof Error) {
    const next = isUnreachable(list)
      ? 'The kms keeps the list: see to it first. Until then no signer can be judged.'
      : 'Do not sign: without a list that verifies no signer can be judged. Tell the operator.';
    return [...roots(deployment), bad('statements', list.message, next)];
  }
  return [...roots(deployment), ...statements(list, deployment), await evidence(list, deployment)];
}

function roots(deployment: Deployment): Finding[] {
  const { id, mode, organisations, threshold } = deployment;
  const names = organisations.map(({ name }) => name).join(', ');
  const needed = good('organisations', `${threshold} of ${organisations.length} decide: ${names}`);
  if (mode === 'production') return [good('deployment', `${id}, production`), needed];
  return [
    note('deployment', `${id}, DEVELOPMENT: no hardware stands behind the signer`),
    note(
      'development keys',
      "the attestation root, all organisations' keys, the keys of kms and cloud: files on this machine",
    ),
    needed,
  ];
}

function statements(list: readonly VerifiedStatement[], deployment: Deployment): Finding[] {
  if (list.length === 0) return [bad('statements', 'none: no signer is trusted', 'symbolon statement new --help')];
  const standing = standings(list, deployment.waitSeconds, Date.now());
  return list.flatMap((one, index) => {
    const its = standing[index];
    return its === undefined ? [] : [good('statement', statementLine(one, its).trim())];
  });
}

async function evidence(list: readonly VerifiedStatement[], deployment: Deployment): Promise<Finding> {
  const now = () => Date.now();
  const verifier = new EvidenceVerifier(deployment, () => allowedPairs(list, deployment.waitSeconds, now()), now);
  const shown = await attempt(async () => {
    const bytes = await request('signer', addressOf(deployment.signer.url, paths.evidence));
    const shown = evidenceCodec.decode(bytes);
    const { expires } = await verifier.present(shown);
    const pinned = deployment.attestationRoots.map((root) => new Uint8Array(Buffer.from(root, 'base64')));
    const fidelity = fidelityOf(await verifyDocument(shown.document, { roots: pinned, at: now() }), pinned);
    return { expires, fidelity };
  });
  if (isUnreachable(shown))
    return bad('evidence', 'none to judge: the signer does not answer', 'See to the signer first.');
  if (shown instanceof Error) {
    const next = 'After an edit of its source: start the system again. Otherwise trust this signer with nothing.';
    return bad('evidence', shown.message, next);
  }
  const until = new Date(shown.expires).toISOString();
  return good('evidence', `${shown.fidelity}: fresh, of an allowed measurement, good until ${until}`);
}

async function attempt<T>(work: () => Promise<T>): Promise<T | Error> {
  try {
    return await work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const isUnreachable = (thrown: unknown): boolean => thrown instanceof CliError && thrown.code === 'party-unreachable';
