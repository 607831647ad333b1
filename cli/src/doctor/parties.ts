import { about, addressOf, type Deployment, paths } from '@symbolon/protocol';
import { request } from '../http.ts';
import { judgeClock } from './clocks.ts';
import { bad, type Finding, good, note, type Silent } from './findings.ts';

type Named = 'kms' | 'cloud' | 'signer';

/** Asks a party who it is, and what time it has. */
export async function examineParty(party: Named, deployment: Deployment): Promise<(Finding | Silent)[]> {
  const { url } = deployment[party];
  const sent = Date.now();
  const answer = await reach(party, addressOf(url, paths.about));
  if (answer === null) return [{ about: party, url }];
  const said = about.decode(answer);
  const clock = judgeClock({ party, theirs: said.time, sent, got: Date.now(), resolution: 1 });
  if (said.party !== party || said.deployment !== deployment.id || said.mode !== deployment.mode) {
    const says = `answers at ${url} as the ${said.party} of ${said.deployment}, ${said.mode}`;
    return [bad(party, says, 'Another system runs there: end it, or name its own folder with --home.'), clock];
  }
  const ready = await isReady(url);
  return [ready ? good(party, `ready at ${url}`) : bad(party, `up at ${url}, but not ready`, 'Read its log.'), clock];
}

/** An issuer is any OIDC provider: its discovery document, and the Date header for its clock (whole seconds). */
export async function examineIssuer(url: string): Promise<(Finding | Silent)[]> {
  const party = 'issuer';
  const sent = Date.now();
  try {
    const address = `${url.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(address, { signal: AbortSignal.timeout(5_000) });
    const got = Date.now();
    const said = (await response.json()) as { issuer?: unknown };
    const theirs = Date.parse(response.headers.get('date') ?? '');
    const clock = Number.isNaN(theirs)
      ? note(`${party}'s clock`, 'is not told')
      : judgeClock({ party, theirs, sent, got, resolution: 1_000 });
    if (said.issuer !== url) return [bad(party, `${url} says it is another issuer`, 'Correct the address.'), clock];
    return [good(party, `ready at ${url}`), clock];
  } catch {
    return [{ about: party, url }];
  }
}

/** Chain and mailbox belong to the local system alone. */
export async function examineLocal(name: 'chain' | 'mailbox', url: string): Promise<Finding | Silent> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] });
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  try {
    const response = await fetch(url, { ...(name === 'chain' ? post : {}), signal: AbortSignal.timeout(5_000) });
    if (name === 'mailbox') return good(name, `at ${url}`);
    const { result } = (await response.json()) as { result?: unknown };
    return good(name, `at ${url}, block ${Number(result)}`);
  } catch {
    return { about: name, url };
  }
}

async function reach(party: Named, url: string): Promise<Uint8Array | null> {
  try {
    return await request(party, url);
  } catch {
    return null;
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}
