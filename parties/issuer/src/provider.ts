import { type Adapter, type Client, type Context, type Grant, Provider } from 'oidc-provider';
import type { Accounts } from './accounts.ts';
import { type IssuerConfig, isLoopback } from './config.ts';
import type { IssuerKeys } from './keys.ts';
import { errorPage, securityHeaders } from './pages.ts';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** Seconds a person has from the app's click to the right code. */
export const INTERACTION_TTL = 15 * MINUTE;

export const SCOPES = ['openid', 'email', 'offline_access'];

/** The OIDC endpoints: authorisation code with PKCE for public clients, and nothing that this deployment does not use. */
export function createProvider(
  config: IssuerConfig,
  keys: IssuerKeys,
  adapter: (model: string) => Adapter,
  accounts: Accounts,
): Provider {
  const origins = new Map(config.clients.map((client) => [client.id, new Set(client.origins)]));
  const off = { enabled: false };

  const provider = new Provider(config.url, {
    adapter,
    jwks: keys.jwks,
    cookies: { keys: keys.cookieKeys },
    clients: config.clients.map((client) => ({
      client_id: client.id,
      client_name: client.name,
      redirect_uris: client.redirectUris,
      // Native: a loopback redirect may name any port (RFC 8252 section 7.3), and every request needs the person.
      application_type: client.application,
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
      require_auth_time: true,
    })),
    scopes: SCOPES,
    claims: { openid: ['sub', 'auth_time'], email: ['email', 'email_verified'] },
    responseTypes: ['code'],
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    pkce: { required: () => true },
    loadExistingGrant: (context) => grantFor(provider, context),
    // Core 11 lets consent from before stand for the asking; a page that goes on unasked needs its refresh token as well.
    issueRefreshToken: async (_context, client, source) => isWeb(client) || source.scopes.has('offline_access'),
    expiresWithSession: async () => false,
    // A rotated token that is shown again revokes its family: thief and owner cannot both go on with it.
    rotateRefreshToken: true,
    ttl: {
      Interaction: INTERACTION_TTL,
      AuthorizationCode: MINUTE,
      AccessToken: 5 * MINUTE,
      IdToken: 5 * MINUTE,
      RefreshToken: 30 * DAY,
      Session: 14 * DAY,
      // However often it is refreshed, a sign-in ends after a year.
      Grant: 365 * DAY,
    },
    features: {
      devInteractions: off,
      dPoP: off,
      pushedAuthorizationRequests: off,
      resourceIndicators: off,
      rpInitiatedLogout: off,
      // Without it, and so without an endpoint to ask later, the e-mail claims are in the ID token itself.
      userinfo: off,
      revocation: { enabled: true, allowedPolicy: (_: unknown, client: Owned, token: Owned) => owns(client, token) },
    },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    clientBasedCORS: (_context, origin, client) => origins.get(client.clientId)?.has(origin) ?? false,
    async findAccount(_context, sub) {
      const email = accounts.emailOf(sub);
      if (email === undefined) return undefined;
      return { accountId: sub, claims: async () => ({ sub, email, email_verified: true }) };
    },
    async renderError(context, out) {
      for (const [name, value] of Object.entries(securityHeaders())) context.set(name, value);
      if (context.accepts('html', 'json') === 'json') {
        context.body = out;
        return;
      }
      context.type = 'html';
      context.body = String(await errorPage(out.error_description ?? out.error ?? 'The request was refused.'));
    },
  });
  provider.proxy = config.behindProxy;
  return provider;
}

/**
 * What the person has agreed to for this request; undefined asks them. Where a web page's person agreed before, this sign-in gets a
 * grant of its own all the same: a replayed refresh token ends the one, and not the other.
 */
async function grantFor(provider: Provider, { oidc }: Context): Promise<Grant | undefined> {
  const agreed = oidc.result?.consent?.grantId;
  if (agreed !== undefined) return provider.Grant.find(agreed);
  const { client, session, params } = oidc;
  const before = session.grantIdFor(client.clientId);
  // Any program of this machine can listen on loopback and ask for itself: that takes the person each time (RFC 8252, 8.6).
  if (before === undefined || !isWeb(client) || isBareLoopback(params.redirect_uri)) return undefined;
  const last = await provider.Grant.find(before);
  if (last === undefined || session.accountId === undefined || last.accountId !== session.accountId) return undefined;
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope(last.getOIDCScope());
  await grant.save();
  return grant;
}

const isWeb = ({ applicationType }: Client): boolean => applicationType === 'web';

/** An address of the machine itself. A name under `localhost` is a page's own: only what runs there is sent its codes. */
function isBareLoopback(redirectUri: string): boolean {
  const uri = new URL(redirectUri);
  return isLoopback(uri) && !uri.hostname.endsWith('.localhost');
}

interface Owned {
  clientId: string;
}

/** One app cannot sign a person out of another. */
function owns(client: Owned, token: Owned): boolean {
  return client.clientId === token.clientId;
}
