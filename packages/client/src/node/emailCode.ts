import type { TokenClaims } from '../claims.ts';
import { ClientError } from '../errors.ts';
import { unreachable } from '../parties.ts';
import { readProblem } from '../problem.ts';
import type { Session } from '../session.ts';
import { CookieJar } from './cookieJar.ts';

/** What is known when a code is asked for. `problem`: why the one before was not taken. */
export interface CodeRequest {
  /** Where it was mailed. */
  email: string;
  triesLeft: number;
  problem: string | null;
}

export interface EmailSignIn {
  session: Session;
  email: string;
  /** Asks the person for the code in the mail. */
  readCode(request: CodeRequest): Promise<string>;
  /** One of the client's at the issuer; nothing listens there, since the answer is read on the way. */
  redirectUri?: string;
  fetch?: typeof fetch;
  /** ms a hop may take, 10,000 unless said. */
  timeout?: number;
}

/**
 * Signs in by a code from the mail, where there is no browser: a user agent of its own for the issuer's steps. Throws ClientError
 * `sign-in-failed` with the issuer's code as `reason`, `party-unreachable`.
 */
export async function signInByEmail(signIn: EmailSignIn): Promise<TokenClaims> {
  const { session, redirectUri = 'http://127.0.0.1/callback' } = signIn;
  const { url } = await session.begin(redirectUri);
  const agent = new UserAgent(signIn.fetch ?? fetch, signIn.timeout ?? 10_000);

  const interaction = await agent.follow(new URL(url));
  if (isBack(interaction, redirectUri)) return session.finish(interaction.href);
  const redirectTo = await prove(agent, interaction, signIn);

  const back = await agent.follow(new URL(redirectTo, interaction));
  if (!isBack(back, redirectUri)) throw failed('The issuer did not come back to this device.');
  return session.finish(back.href);
}

/** E-mail, then code, until the issuer is content. Resolves with where to go then. */
async function prove(agent: UserAgent, interaction: URL, signIn: EmailSignIn): Promise<string> {
  const { email } = signIn;
  const step = (name: string) => new URL(`${interaction.pathname}/${name}`, interaction);
  let state = await agent.send(step('email'), { email });
  for (let problem: string | null = null; state['step'] === 'code'; ) {
    const mailed = typeof state['email'] === 'string' ? state['email'] : email;
    const triesLeft = typeof state['triesLeft'] === 'number' ? state['triesLeft'] : 1;
    const code = await signIn.readCode({ email: mailed, triesLeft, problem });
    const answer = await agent.try(step('code'), { code });
    if (answer.problem === null) state = answer.fields;
    else if (answer.problem.reason === 'wrong-code' || answer.problem.reason === 'bad-field') {
      problem = answer.problem.message;
      if (typeof answer.fields['triesLeft'] === 'number') state = { ...state, triesLeft: answer.fields['triesLeft'] };
    } else throw answer.problem;
  }
  if (state['step'] !== 'done' || typeof state['redirectTo'] !== 'string')
    throw failed('The issuer asks for something else.');
  return state['redirectTo'];
}

type Fields = Record<string, unknown>;

class UserAgent {
  readonly #jar = new CookieJar();
  readonly #fetch: typeof fetch;
  readonly #timeout: number;

  constructor(fetcher: typeof fetch, timeout: number) {
    this.#fetch = fetcher;
    this.#timeout = timeout;
  }

  /** Where an address leads, one step on. Throws ClientError `sign-in-failed`. */
  async follow(url: URL): Promise<URL> {
    const response = await this.#request(url, null);
    const body = new Uint8Array(await response.arrayBuffer());
    const location = response.headers.get('location');
    if (location === null) throw refused(body, response.status);
    return new URL(location, url);
  }

  /** Throws ClientError `sign-in-failed`. */
  async send(url: URL, fields: Fields): Promise<Fields> {
    const answer = await this.try(url, fields);
    if (answer.problem !== null) throw answer.problem;
    return answer.fields;
  }

  /** As {@link send}, with a refusal as a value. */
  async try(url: URL, fields: Fields): Promise<{ fields: Fields; problem: ClientError | null }> {
    const response = await this.#request(url, JSON.stringify(fields));
    const body = new Uint8Array(await response.arrayBuffer());
    return { fields: asFields(body), problem: response.ok ? null : refused(body, response.status) };
  }

  async #request(url: URL, body: string | null): Promise<Response> {
    const cookie = this.#jar.headerFor(url);
    const headers = {
      accept: 'application/json',
      ...(body === null ? {} : { 'content-type': 'application/json' }),
      ...(cookie === '' ? {} : { cookie }),
    };
    const method = body === null ? 'GET' : 'POST';
    const signal = AbortSignal.timeout(this.#timeout);
    const response = await this.#fetch(url, { method, headers, body, redirect: 'manual', signal }).catch((cause) => {
      throw unreachable('issuer', url.origin, cause);
    });
    this.#jar.take(response, url);
    return response;
  }
}

/** The redirect address again; on loopback any port may stand in it (RFC 8252, 7.3). */
function isBack(url: URL, redirectUri: string): boolean {
  const expected = new URL(redirectUri);
  return url.protocol === expected.protocol && url.host === expected.host && url.pathname === expected.pathname;
}

function asFields(body: Uint8Array): Fields {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

/** A step's problem details, or the authorisation endpoint's OAuth error (RFC 6749, 4.1.2.1). */
function refused(body: Uint8Array, status: number): ClientError {
  const { code, message, hint } = readProblem(body);
  const { error, error_description: words } = asFields(body);
  const told = message ?? (typeof words === 'string' ? words.slice(0, 300) : `status ${status}`);
  return new ClientError('sign-in-failed', `The issuer refused: ${told}`, {
    party: 'issuer',
    status,
    reason: code ?? (typeof error === 'string' ? error : 'unknown'),
    ...(hint === null ? {} : { hint }),
  });
}

function failed(message: string): ClientError {
  return new ClientError('sign-in-failed', message, { party: 'issuer' });
}
