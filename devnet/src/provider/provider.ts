import { Provider } from 'oidc-provider';
import type { Accounts } from './accounts.ts';
import { loadKeys } from './keys.ts';
import { errorPage, pageHeaders } from './page.ts';
import type { Records } from './records.ts';

export interface ProviderConfig {
  /** Private folder for keys, accounts and sessions. */
  dataDir: string;
  /** The issuer identifier, an origin on loopback. */
  url: string;
  port: number;
  clients: { id: string; name: string; redirectUris: string[]; origins: string[] }[];
}

const day = 86_400;
const scopes = ['openid', 'email', 'profile', 'offline_access'];

/**
 * An OIDC provider as the large ones are: RS256, ID tokens of an hour, an account chooser, consent remembered, no DPoP. It is
 * there so that "any configured provider" can be tried without an account anywhere.
 */
export function createProvider(config: ProviderConfig, accounts: Accounts, records: Records): Provider {
  const keys = loadKeys(config.dataDir);
  const off = { enabled: false };
  return new Provider(config.url, {
    adapter: records.adapter,
    jwks: { keys: [keys.jwk] },
    cookies: {
      keys: [Buffer.from(keys.cookies, 'base64url')],
      // Cookies know no ports: the embedded issuer is at the same address.
      names: { session: '_example_session', interaction: '_example_interaction', resume: '_example_resume' },
    },
    clients: config.clients.map(({ id, name, redirectUris }) => ({
      client_id: id,
      client_name: name,
      redirect_uris: redirectUris,
      application_type: 'web',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'RS256',
      require_auth_time: true,
    })),
    scopes,
    claims: { openid: ['sub', 'auth_time'], email: ['email', 'email_verified'], profile: ['name'] },
    responseTypes: ['code'],
    enabledJWA: { idTokenSigningAlgValues: ['RS256'] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    expiresWithSession: async () => false,
    ttl: {
      Interaction: 900,
      AuthorizationCode: 60,
      AccessToken: 3_600,
      IdToken: 3_600,
      RefreshToken: 30 * day,
      Session: 14 * day,
      Grant: 365 * day,
    },
    // Without an endpoint to ask later, the claims are in the ID token itself.
    features: { devInteractions: off, dPoP: off, rpInitiatedLogout: off, userinfo: off, revocation: { enabled: true } },
    interactions: { url: (_context, interaction) => `/choose/${interaction.uid}` },
    clientBasedCORS: (_context, origin, client) =>
      config.clients.some(({ id, origins }) => id === client.clientId && origins.includes(origin)),
    async findAccount(_context, sub) {
      const account = accounts.of(sub);
      if (account === undefined) return undefined;
      const { email, name } = account;
      return { accountId: sub, claims: async () => ({ sub, email, email_verified: true, name }) };
    },
    async renderError(context, out) {
      for (const [header, value] of Object.entries(pageHeaders)) context.set(header, value);
      context.type = 'html';
      context.body = errorPage(out.error_description ?? out.error ?? 'The request was refused.');
    },
  });
}

/** What an app may be given of what it asked for. */
export const scopesOf = (asked: string | undefined): string =>
  scopes.filter((scope) => asked?.split(' ').includes(scope)).join(' ');
