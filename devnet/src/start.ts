import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDevnet, type Devnet } from './devnet.ts';
import { sourceRoot } from './parties.ts';
import { tell } from './progress.ts';
import { tellStory } from './story.ts';
import { explain, say, untilAskedToEnd } from './terminal.ts';

const defaultHome = join(sourceRoot, '.symbolon');

const usage = `usage: npm start -- [--fresh] [--home DIR] [--port-base N] [--signer process|enclave]

  --fresh        begin anew: removes the home with all its keys and wallets
  --home DIR     what keeps everything between runs (default: .symbolon in this repository)
  --port-base N  listen on the ports from N + 1 on (default 4100; the chain on N + 4445)
  --signer       what the signer runs in: a process (default), or its image in an emulated enclave
`;

interface Arguments {
  fresh: boolean;
  home: string;
  portBase: number | null;
  signer: 'process' | 'enclave';
}

const given = readArguments(process.argv.slice(2));
if (given === null) {
  process.stderr.write(usage);
  process.exit(2);
}
process.exitCode = await start(given);

async function start({ fresh, home, portBase, signer }: Arguments): Promise<number> {
  const { asked, signal } = untilAskedToEnd();
  say(
    'Symbolon, on this machine alone. DEVELOPMENT: every key is a file here, and no hardware stands behind the signer:',
  );
  say(`it is ${signer === 'enclave' ? 'its image in an emulated enclave' : 'a plain process'}.\n`);
  try {
    await using devnet = await createDevnet({
      home,
      ports: 'fixed',
      ...(portBase === null ? {} : { portBase }),
      fresh,
      signer,
      page: true,
      signal,
      onProgress: (progress) => say(tell(progress)),
    });
    await tellStory(devnet, say).catch(explainStory);
    if (!signal.aborted) whatNext(devnet, home);
    await asked;
    say('\nEnding everything ...');
  } catch (error) {
    if (signal.aborted) {
      say('\nInterrupted: everything is ended.');
      return 0;
    }
    explain(error);
    return 1;
  }
  say('Ended. The next `npm start` goes on from here; `npm start -- --fresh` begins anew.');
  return 0;
}

/** The person may have revoked this device, or an organisation its signer: the system is up all the same. */
function explainStory(error: unknown): void {
  say('\nThe story ends here:');
  explain(error);
}

function whatNext({ urls, home }: Devnet, path: string): void {
  const option = path === defaultHome ? '' : ` --home ${path}`;
  say('\nIt stays up until Ctrl-C. What to try next, in another terminal:\n');
  say(`  npm run -s symbolon -- wallet show${option}`);
  say(`  npm run -s symbolon -- send 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0.1 --wait${option}`);
  say(`  npm run -s symbolon -- sign-message "hello"${option}`);
  say(`  npm run -s symbolon -- receipts${option}`);
  say(`  npm run -s symbolon -- verify evidence ${urls.signer} --root dev${option}`);
  say(`  npm run -s symbolon -- doctor${option}`);
  say(`\nIn a browser (the code that is mailed lies in ${urls.mailbox}):\n`);
  say(`  open this:  ${urls['web-host']}   the wallet`);
  say(`  and this:   ${urls.dapp}     a dApp that uses it (another: ${urls.shop})`);
  say(`\nChain: ${urls.chain} (id 31337)   Logs: ${home.logs}   Descriptions: ${urls.kms}/openapi.json and so on`);
}

/** Null where they are not understood. */
function readArguments(args: string[]): Arguments | null {
  try {
    const { values } = parseArgs({
      args,
      options: {
        fresh: { type: 'boolean' },
        home: { type: 'string' },
        'port-base': { type: 'string' },
        signer: { type: 'string', default: 'process' },
      },
    });
    const base = values['port-base'];
    const portBase = base === undefined ? null : Number(base);
    // The chain's port is the highest.
    if (portBase !== null && !(Number.isInteger(portBase) && portBase >= 1_024 && portBase <= 61_000)) return null;
    const { fresh = false, home = defaultHome, signer } = values;
    return signer === 'process' || signer === 'enclave' ? { fresh, home, portBase, signer } : null;
  } catch {
    return null;
  }
}
