/** What a Sign-In with Ethereum message says (EIP-4361). */
export interface SignIn {
  domain: string;
  uri: string;
  address: string;
  chainId: number;
  nonce: string;
}

/** EIP-4361's text, issued now. */
export function siweMessage({ domain, uri, address, chainId, nonce }: SignIn, now = new Date()): string {
  return `${domain} wants you to sign in with your Ethereum account:
${address}

Show that this address is yours.

URI: ${uri}
Version: 1
Chain ID: ${chainId}
Nonce: ${nonce}
Issued At: ${now.toISOString()}`;
}
