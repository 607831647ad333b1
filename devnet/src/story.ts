import { describe } from '@symbolon/chains/evm';
import { addressesOf, type Device, formatEther, openDevice, readHome, watchMailbox } from '@symbolon/cli';
import { EvmAccount, fetchTransport, hasCode, JsonRpc, type Wallet } from '@symbolon/client';
import { signInByEmail } from '@symbolon/client/node';
import { toHex } from '@symbolon/crypto';
import { rpc } from './chain.ts';
import type { Devnet } from './devnet.ts';
import { Stopwatch } from './stopwatch.ts';

/** What the main job came to. Times in ms: steps, and each hop by party and path. */
export interface Told {
  address: string;
  chainId: number;
  transactionHash: string;
  status: 'success' | 'reverted';
  blockNumber: number;
  rawTransaction: string;
  timings: Record<string, number>;
}

/** What the person does, on the command line's own device: it goes on as that afterwards. */
const deviceName = 'cli';
const mailbox = 'you@example.com';
const ether = 10n ** 18n;
const transfer = ether / 4n;

type Say = (line: string) => void;

/**
 * Does the main job once, on real parties, and tells it: sign in, create (or open) the wallet, fund it, sign and send a transfer.
 * Throws as the client does.
 */
export async function tellStory(devnet: Devnet, say: Say): Promise<Told> {
  const watch = new Stopwatch();
  const device = await openDevice(readHome(devnet.home.path, deviceName), 'command line', watch.observe);
  const account = new EvmAccount(device.client, new JsonRpc(devnet.urls.chain, fetchTransport(fetch), 10_000));

  const wallet = await ownWallet(device, devnet, watch, say);
  const address = await account.address();
  await watch.time('fund', () => fund(address, account, devnet, say));

  const to = await otherAccount(devnet);
  const intent = await account.fill({ to, value: transfer });
  const { title, lines } = describe(intent);
  say(`\n4. A transfer. ${title}.`);
  for (const line of lines) say(`   ${line}`);
  const signed = await watch.time('sign', () => account.signTransaction(intent));
  if (signed.alarm !== null) throw signed.alarm;
  say(
    '   cloud checked token, proof and evidence, and sealed Key B to the signer; the device carried it there unopened;',
  );
  say(
    '   the kms checked everything again, wrote the release on its log, and let Key A go; the signer joined the two,',
  );
  say(
    '   checked them against the address, signed, and wiped them. The device checked the signature against its own digest.',
  );
  say(`   In ${watch.last('sign')} ms.  ${signed.hashText}`);

  const mined = await watch.time('mine', async () => {
    await account.broadcast(signed);
    return account.waitForReceipt(signed.hashText, { interval: 25 });
  });
  say(`\n5. On the chain. ${mined.status}, block ${mined.blockNumber}, gas ${mined.gasUsed}.`);
  const { receipts } = await device.client.receipts();
  say(`   The kms's log of wallet ${toHex(wallet.id).slice(0, 12)}... has ${receipts.length} releases, without a gap.`);

  return {
    address,
    chainId: Number(await rpc(devnet.urls.chain, 'eth_chainId', [])),
    transactionHash: signed.hashText,
    status: mined.status,
    blockNumber: Number(mined.blockNumber),
    rawTransaction: signed.raw,
    timings: watch.all(),
  };
}

/** The wallet of whoever is signed in here; made where there is none. */
async function ownWallet(device: Device, devnet: Devnet, watch: Stopwatch, say: Say): Promise<Wallet> {
  const { client } = device;
  const before = await whoIsSignedIn(device);
  if (before === null) await watch.time('signIn', () => signIn(device, devnet, mailbox, say));
  else say(`\n1. Signed in still, as ${before}.`);

  const opened = await watch.time('open', () => client.open());
  if (opened.status === 'ready') {
    const { made, devices } = opened.wallet.deed;
    say(`\n2. The wallet, ${made.how} at ${new Date(made.at).toISOString()}, of ${devices.length} device(s).`);
    say(`   Address ${addressesOf(opened.wallet.deed.keys).evm}`);
    return opened.wallet;
  }
  // Making one needs a sign-in of the last minutes.
  if (before !== null) await watch.time('signIn', () => signIn(device, devnet, before, say));
  const { wallet, alarm } = await watch.time('create', () => client.create());
  if (alarm !== null) throw alarm;
  say(
    '\n2. A wallet. The device made a key for each curve, split each in two at random, sealed Key A to the kms and Key B to the',
  );
  say(
    '   cloud, and forgot them. The signer then joined the stored halves for a first signature: only now is there an address.',
  );
  say(`   Address ${addressesOf(wallet.deed.keys).evm}   (in ${watch.last('create')} ms)`);
  say(`   Wallet id ${toHex(wallet.id)}`);
  return wallet;
}

/** The mailbox of a sign-in that still holds, or null. */
async function whoIsSignedIn({ session }: Device): Promise<string | null> {
  try {
    const who = await session.who();
    if (who === null) return null;
    await session.token();
    return who.mailbox;
  } catch (error) {
    if (hasCode(error, 'session-ended', 'not-signed-in')) return null;
    throw error;
  }
}

async function signIn({ session, keyFile }: Device, devnet: Devnet, email: string, say: Say): Promise<void> {
  const mail = await watchMailbox(devnet.urls.mailbox, email, 6);
  let code = '';
  await signInByEmail({
    session,
    email,
    readCode: async () => {
      code = await mail();
      return code;
    },
  });
  say(`\n1. Sign in. ${email} was mailed the code ${code} (it lies in ${devnet.urls.mailbox}), and typed it.`);
  say(`   The token names the device's key. This device is a command line: its key lies in ${keyFile}`);
}

async function fund(address: string, account: EvmAccount, devnet: Devnet, say: Say): Promise<void> {
  const enough = (await account.balance()) >= 2n * ether;
  if (!enough) {
    const [from] = (await rpc(devnet.urls.chain, 'eth_accounts', [])) as string[];
    const value = `0x${(10n * ether).toString(16)}`;
    const hash = await rpc(devnet.urls.chain, 'eth_sendTransaction', [{ from, to: address, value }]);
    await account.waitForReceipt(String(hash), { interval: 25 });
  }
  const whence = enough ? 'from before' : "from one of the local chain's own accounts";
  say(`\n3. Funds. ${formatEther(await account.balance())}, ${whence}.`);
}

/** Somebody to pay: another of the chain's accounts. */
async function otherAccount(devnet: Devnet): Promise<string> {
  const accounts = (await rpc(devnet.urls.chain, 'eth_accounts', [])) as string[];
  return accounts[1] ?? `0x${'00'.repeat(19)}01`;
}
