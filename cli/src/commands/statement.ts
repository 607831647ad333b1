import { fromHex, toBase64url, toHex } from '@symbolon/crypto';
import {
  type Decision,
  type Deployment,
  decision as decisionSchema,
  parseVaultText,
  type VaultName,
} from '@symbolon/protocol';
import type { Command } from 'commander';
import * as v from 'valibot';
import { CliError } from '../errors.ts';
import { readHome } from '../home.ts';
import type { Io } from '../io.ts';
import type { Common } from '../options.ts';
import { nativeChecks } from '../statements/checks.ts';
import { readStatementFile, writeStatementFile } from '../statements/file.ts';
import { fetchStatements, submitStatement } from '../statements/log.ts';
import { requireEnoughSignatures } from '../statements/missing.ts';
import { nextStatement } from '../statements/next.ts';
import { readOrganisationKey, signStatementAs } from '../statements/organisation.ts';
import { readPair } from '../statements/pair.ts';
import { readReleaseHash } from '../statements/release.ts';
import { standings } from '../statements/standing.ts';
import { bodyOf, decisionInWords, signaturesInWords, statementLine } from '../statements/words.ts';

interface Decided {
  allow?: string;
  withdraw?: string;
  allowPage?: string;
  withdrawPage?: string;
  moveVault?: string;
  rotateAll?: true;
  rate: string;
  canary: string[];
  lockHours: string;
  pauseRotation?: string;
  resumeRotation?: string;
}

interface NewOptions extends Common, Decided {
  note: string;
  out: string;
}

export function addStatement(program: Command, io: Io): void {
  const statement = program
    .command('statement')
    .description(
      'What organisations decide together: which signers, and which releases of the page, may be trusted. No organisation decides alone.',
    )
    .addHelpText(
      'after',
      `
How a statement comes about:
  $ symbolon statement new --allow measurement.json --out next.json
  $ symbolon statement sign next.json --key organisations/a/organisation.key    # at the one organisation
  $ symbolon statement sign next.json --key organisations/b/organisation.key    # at the other
  $ symbolon statement submit next.json
  $ symbolon statement list`,
    );
  statement
    .command('new')
    .description("Make the next statement on the kms's list, without a signature yet.")
    .option('--allow <file>', 'allow signers of the measurement in this JSON file')
    .option('--withdraw <file>', 'withdraw what was allowed, at once')
    .option('--allow-page <release>', "allow a release of the wallet's page: its hash, or the folder of your own build")
    .option('--withdraw-page <release>', 'withdraw a release, at once')
    .option('--move-vault <name>', 'move the keys of the kms to this vault, named as `kms init` names it')
    .option('--rotate-all', 'give every wallet new shares, nobody online')
    .option('--rate <wallets>', 'with --rotate-all: wallets a second at most', '100')
    .option(
      '--canary <wallets...>',
      'with --rotate-all: wallet ids (hex) that go first, and have to sign before others',
      [],
    )
    .option('--lock-hours <hours>', 'with --rotate-all: how long old shares are kept at most, 72 or more', '72')
    .option('--pause-rotation <number>', 'pause the rotation that this statement ordered, at once')
    .option('--resume-rotation <number>', 'go on with it, at once')
    .option('--note <text>', 'why, for those who read the list', '')
    .option('--out <file>', 'where to write it', 'statement.json')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon statement new --allow measurement.json --note "release 1.2" --out next.json
  $ symbolon statement new --allow-page page/ --note "page 1.2" --out next.json
  $ symbolon statement new --rotate-all --rate 500 --canary 3f0c... --note "a store was copied"`,
    )
    .action(async (_options: unknown, command: Command) => makeNew(command.optsWithGlobals<NewOptions>(), io));
  statement
    .command('sign')
    .description('Read a statement, then sign it as one organisation.')
    .argument('<file>', 'made by `statement new`; the signature is added to it')
    .requiredOption('--key <file>', "the organisation's key: 32 bytes, readable by its owner alone")
    .addHelpText('after', '\nExample:\n  $ symbolon statement sign next.json --key organisations/a/organisation.key')
    .action(async (file: string, _options: unknown, command: Command) => {
      sign(file, command.optsWithGlobals<Common & { key: string }>(), io);
    });
  statement
    .command('submit')
    .description('Hand a statement, signed by enough organisations, to the kms, which logs it.')
    .argument('<file>')
    .addHelpText('after', '\nExample:\n  $ symbolon statement submit next.json')
    .action(async (file: string, _options: unknown, command: Command) => {
      const { deployment } = homeOf(command);
      const statement = readStatementFile(file);
      requireEnoughSignatures(statement, deployment, nativeChecks);
      await submitStatement(deployment, statement);
      io.out('Logged. `symbolon statement list` shows when it counts.');
    });
  statement
    .command('list')
    .description('Verify and show every statement so far, which are in force, and since when.')
    .option('--json', 'print a JSON list; each has state (in-force, waiting, withdrawn), since (ms) and by')
    .addHelpText('after', '\nExamples:\n  $ symbolon statement list\n  $ symbolon statement list --json')
    .action(async (_options: unknown, command: Command) => {
      const { deployment } = homeOf(command);
      await list(deployment, command.optsWithGlobals<{ json?: true }>().json === true, io);
    });
}

async function makeNew({ note, out, home, device, ...decided }: NewOptions, io: Io): Promise<void> {
  const { deployment } = readHome(home, device);
  const decision = await decisionOf(deployment, decided, note);
  const body = nextStatement(await fetchStatements(deployment, nativeChecks), deployment, decision, Date.now());
  const made = { body, signatures: [] };
  writeStatementFile(out, made);
  for (const line of decisionInWords(bodyOf(made))) io.out(line);
  io.out(`Written to ${out}. It takes ${deployment.threshold} signatures: symbolon statement sign ${out} --key FILE`);
}

function sign(file: string, { key: keyFile, home, device }: Common & { key: string }, io: Io): void {
  const { deployment } = readHome(home, device);
  const statement = readStatementFile(file);
  using key = readOrganisationKey(keyFile);
  const own = toBase64url(key.publicKey);
  if (!deployment.organisations.some((one) => toBase64url(one.key) === own)) {
    const hint = 'The organisations and their keys stand in deployment.json.';
    throw new CliError('organisation-unknown', `The key in ${keyFile} is of no organisation of this deployment.`, hint);
  }
  for (const line of decisionInWords(bodyOf(statement))) io.out(line);
  const others = statement.signatures.filter(({ organisation }) => toBase64url(organisation) !== own);
  const signed = { body: statement.body, signatures: [...others, signStatementAs(key, statement.body)] };
  writeStatementFile(file, signed);
  for (const line of signaturesInWords(signed, deployment)) io.out(line);
}

async function list(deployment: Deployment, json: boolean, io: Io): Promise<void> {
  const statements = await fetchStatements(deployment, nativeChecks);
  const standing = standings(statements, deployment.waitSeconds, Date.now());
  if (json) {
    const shown = statements.map(({ body, hash, loggedAt }, index) => ({
      ...body,
      hash,
      loggedAt,
      ...standing[index],
    }));
    io.out(JSON.stringify(shown, (_key, value) => (value instanceof Uint8Array ? toHex(value) : value)));
    return;
  }
  if (statements.length === 0) io.out('No statement yet: no signer is trusted.');
  for (const [index, one] of statements.entries()) {
    const its = standing[index];
    if (its !== undefined) io.out(statementLine(one, its));
  }
}

async function decisionOf(deployment: Deployment, decided: Decided, note: string): Promise<Decision> {
  const {
    allow,
    withdraw,
    allowPage,
    withdrawPage,
    rotateAll,
    rate,
    canary,
    lockHours,
    pauseRotation,
    resumeRotation,
    moveVault,
  } = decided;
  const decisions: Decision[] = [];
  if (allow !== undefined) decisions.push({ what: 'allow-signer', pair: readPair(allow, deployment), note });
  if (withdraw !== undefined) decisions.push({ what: 'withdraw-signer', pair: readPair(withdraw, deployment), note });
  if (allowPage !== undefined) decisions.push({ what: 'allow-page', release: await readReleaseHash(allowPage), note });
  if (withdrawPage !== undefined) {
    decisions.push({ what: 'withdraw-page', release: await readReleaseHash(withdrawPage), note });
  }
  if (rotateAll === true) {
    const canaries = canary.map(walletId);
    decisions.push({ what: 'rotate-all', rate: Number(rate), canaries, lockHours: Number(lockHours), note });
  }
  if (pauseRotation !== undefined) decisions.push({ what: 'pause-rotation', number: Number(pauseRotation), note });
  if (resumeRotation !== undefined) decisions.push({ what: 'resume-rotation', number: Number(resumeRotation), note });
  if (moveVault !== undefined) decisions.push({ what: 'move-vault', to: vaultOf(moveVault), note });
  const [decision] = decisions;
  if (decision !== undefined && decisions.length === 1 && v.is(decisionSchema, decision)) return decision;
  throw new CliError(
    'decision-unclear',
    'A statement decides one thing, with figures in their range.',
    'Give one of --allow FILE, --withdraw FILE, --allow-page RELEASE, --withdraw-page RELEASE, --move-vault NAME, --rotate-all (--rate 1 to 10000, --lock-hours 72 to 8760), --pause-rotation N, --resume-rotation N.',
  );
}

function walletId(text: string): Uint8Array {
  if (/^[0-9a-f]{64}$/.test(text)) return fromHex(text);
  throw new CliError(
    'decision-unclear',
    `"${text}" is no wallet id.`,
    'Give 64 hex digits, as `symbolon wallet show` prints them.',
  );
}

function vaultOf(text: string): VaultName {
  const vault = parseVaultText(text);
  if (vault !== null) return vault;
  throw new CliError(
    'vault-name',
    'This names no vault.',
    'Give the name that `symbolon kms init` printed: pkcs11:HEX.',
  );
}

function homeOf(command: Command) {
  const { home, device } = command.optsWithGlobals<Common>();
  return readHome(home, device);
}
