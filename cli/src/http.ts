import { CliError } from './errors.ts';

const timeoutMs = 10_000;

/** Bytes of a party's answer; with `body` a POST of CBOR. Throws CliError: the party's own code, or `party-unreachable`. */
export async function request(party: string, url: string, body?: Uint8Array): Promise<Uint8Array> {
  const post = body && { method: 'POST', headers: { 'content-type': 'application/cbor' }, body: Uint8Array.from(body) };
  const response = await reach(party, url, { ...post, signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw await refusal(party, response);
  return new Uint8Array(await response.arrayBuffer());
}

async function reach(party: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch {
    throw new CliError(
      'party-unreachable',
      `The ${party} does not answer at ${new URL(url).origin}.`,
      'Is the system up? Start it with `npm start`; `symbolon doctor` shows what is reachable.',
    );
  }
}

/** Problem details (RFC 9457), where the answer is of that form. */
async function refusal(party: string, response: Response): Promise<CliError> {
  const said: { code?: unknown; detail?: unknown; hint?: unknown } = await response.json().catch(() => ({}));
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
  return new CliError(
    text(said.code, `http-${response.status}`),
    `The ${party} refused: ${text(said.detail, response.statusText)}`,
    text(said.hint, '`symbolon doctor` shows what is wrong here.'),
  );
}
