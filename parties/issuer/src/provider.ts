import { type Adapter, Provider } from 'oidc-provider';
import type { Accounts } from './accounts.ts';
import type { IssuerConfig } from './config.ts';
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
      application_type: 'native',
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

interface Owned {
  clientId: string;
}

/** One app cannot sign a person out of another. */
function owns(client: Owned, token: Owned): boolean {
  return client.clientId === token.clientId;
}
