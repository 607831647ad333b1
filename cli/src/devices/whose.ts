import { hasCode, type Wallet } from '@symbolon/client';
import { toHex } from '@symbolon/crypto';
import type { Device } from '../device.ts';

/** As much of a wallet id as two people compare on two screens. */
const shortId = 12;

/** The wallet that a request is for, as far as this device knows it: who is signed in, and what the stores tell that person. */
export async function wantedWallet(device: Device): Promise<string> {
  return walletInWords(await mailboxOf(device), await foundWallet(device));
}

/** Null where nobody is signed in, or the issuer vouches for no mailbox. */
export async function mailboxOf({ session }: Device): Promise<string | null> {
  return (await session.who())?.mailbox ?? null;
}

export function walletInWords(mailbox: string | null, wallet: Pick<Wallet, 'id'> | null): string {
  const whose = mailbox === null ? 'the wallet of whoever signs in here' : `the wallet of ${mailbox}`;
  return wallet === null ? whose : `${whose} (${toHex(wallet.id).slice(0, shortId)}...)`;
}

/** A request is text that needs nobody: without a sign-in, or with a store down, it is made all the same. */
async function foundWallet({ client }: Device): Promise<Wallet | null> {
  try {
    const opened = await client.open();
    return opened.status === 'none' ? null : opened.wallet;
  } catch (error) {
    if (hasCode(error, 'not-signed-in', 'session-ended', 'sign-in-needed', 'party-unreachable', 'party-refused'))
      return null;
    throw error;
  }
}
