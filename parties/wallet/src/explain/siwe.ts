/** The members of a Sign-In with Ethereum message (EIP-4361), as they stand in it. */
export interface Siwe {
  scheme: string | null;
  domain: string;
  address: string;
  statement: string | null;
  uri: string;
  version: string;
  chainId: string;
  nonce: string;
  issuedAt: string;
  expirationTime: string | null;
  notBefore: string | null;
  requestId: string | null;
  resources: string[];
}

const firstLine = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):\/\/)?(\S+) wants you to sign in with your Ethereum account:$/;
const time = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Whether a message looks like a sign-in, well-formed or not: one that is not has to be said to be none. */
export const looksLikeSiwe = (text: string): boolean => /wants you to sign in with your Ethereum account/i.test(text);

/** Reads a message by the ABNF of EIP-4361; null for anything that departs from it by a character. */
export function readSiwe(text: string): Siwe | null {
  const lines = text.split('\n');
  let at = 0;
  const next = () => lines[at++];
  const head = firstLine.exec(next() ?? '');
  const address = next() ?? '';
  if (head === null || !/^0x[0-9a-fA-F]{40}$/.test(address) || next() !== '') return null;

  // The statement is optional, the empty lines around it are not: without one, two stand together.
  let statement: string | null = next() ?? '';
  if (statement === '') statement = null;
  else if (next() !== '') return null;

  const field = (name: string): string | null => {
    const line = lines[at];
    if (line === undefined || !line.startsWith(`${name}: `)) return null;
    at += 1;
    return line.slice(name.length + 2);
  };
  const [uri, version, chainId] = [field('URI'), field('Version'), field('Chain ID')];
  const [nonce, issuedAt] = [field('Nonce'), field('Issued At')];
  const [expirationTime, notBefore, requestId] = [field('Expiration Time'), field('Not Before'), field('Request ID')];
  const resources: string[] = [];
  if (lines[at] === 'Resources:') {
    at += 1;
    for (let line = next(); line !== undefined; line = next()) {
      if (!line.startsWith('- ') || !isUri(line.slice(2))) return null;
      resources.push(line.slice(2));
    }
  } else if (at !== lines.length) return null;

  const times = [issuedAt, expirationTime, notBefore].filter((one) => one !== null);
  if (uri === null || !isUri(uri) || version !== '1' || chainId === null || !/^\d+$/.test(chainId)) return null;
  if (nonce === null || !/^[0-9A-Za-z]{8,}$/.test(nonce) || issuedAt === null) return null;
  if (!times.every((one) => time.test(one) && !Number.isNaN(Date.parse(one)))) return null;
  const [, scheme = null, domain = ''] = head;
  const rest = { expirationTime, notBefore, requestId, resources };
  return { scheme, domain, address, statement, uri, version, chainId, nonce, issuedAt, ...rest };
}

/** What a site gives of a sign-in (ERC-7846); the wallet says whose and, unless the site does, where. `chainId` 0x hex. */
export interface SiweRequest {
  nonce: string;
  chainId: string;
  scheme?: string | undefined;
  domain?: string | undefined;
  uri?: string | undefined;
  statement?: string | undefined;
  issuedAt?: string | undefined;
  expirationTime?: string | undefined;
  notBefore?: string | undefined;
  requestId?: string | undefined;
  resources?: string[] | undefined;
}

/** The message of EIP-4361. `address` checksummed, as EIP-55 demands there. */
export function writeSiwe(address: string, origin: string, now: Date, request: SiweRequest): string {
  const { scheme, domain = new URL(origin).host, uri = origin, statement, resources } = request;
  const optional = (name: string, value: string | undefined) => (value === undefined ? [] : [`${name}: ${value}`]);
  return [
    `${scheme === undefined ? '' : `${scheme}://`}${domain} wants you to sign in with your Ethereum account:`,
    address,
    '',
    ...(statement === undefined ? [] : [statement]),
    '',
    `URI: ${uri}`,
    'Version: 1',
    `Chain ID: ${BigInt(request.chainId)}`,
    `Nonce: ${request.nonce}`,
    `Issued At: ${request.issuedAt ?? now.toISOString()}`,
    ...optional('Expiration Time', request.expirationTime),
    ...optional('Not Before', request.notBefore),
    ...optional('Request ID', request.requestId),
    ...(resources === undefined ? [] : ['Resources:', ...resources.map((one) => `- ${one}`)]),
  ].join('\n');
}

/** Whether a message's domain (RFC 3986 authority, scheme where given) is the site that asks. */
export function siweFits({ scheme, domain }: Pick<Siwe, 'scheme' | 'domain'>, origin: string): boolean {
  const { host, protocol } = new URL(origin);
  return domain === host && (scheme === null || `${scheme.toLowerCase()}:` === protocol);
}

function isUri(text: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$/.test(text);
}
