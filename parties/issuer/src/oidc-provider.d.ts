/** The part of oidc-provider 9 that this party uses (the package ships no types of its own). */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  /** What a model keeps of itself; the fields an adapter has to know about are named. */
  export interface AdapterPayload {
    [field: string]: unknown;
    grantId?: string;
    uid?: string;
    userCode?: string;
    consumed?: number;
  }

  export interface Adapter {
    upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void>;
    find(id: string): Promise<AdapterPayload | undefined>;
    findByUid(uid: string): Promise<AdapterPayload | undefined>;
    findByUserCode(userCode: string): Promise<AdapterPayload | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  export interface Client {
    clientId: string;
    clientName?: string;
    applicationType: string;
  }

  export interface Session {
    accountId?: string;
    grantIdFor(clientId: string): string | undefined;
    destroy(): Promise<void>;
  }

  export interface Interaction {
    uid: string;
    exp: number;
    prompt: { name: string };
    params: { client_id: string; redirect_uri: string; scope?: string };
    session?: { accountId?: string; uid?: string } | undefined;
    persist(): Promise<void>;
  }

  export interface Grant {
    accountId: string;
    getOIDCScope(): string;
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  export interface Context {
    oidc: {
      client: Client;
      session: Session;
      params: { redirect_uri: string };
      result?: { consent?: { grantId?: string } };
    };
    type: string;
    body: unknown;
    set(name: string, value: string): void;
    accepts(...types: string[]): string | false;
  }

  export interface Account {
    accountId: string;
    claims(): Promise<Record<string, unknown> & { sub: string }>;
  }

  export type InteractionResult =
    | { login?: { accountId: string; amr: string[] }; consent: { grantId: string } }
    | { error: string; error_description: string };

  export interface Configuration {
    adapter: (model: string) => Adapter;
    clients: Record<string, unknown>[];
    jwks: { keys: Record<string, unknown>[] };
    cookies: { keys: Buffer[]; names?: Record<string, string> };
    findAccount: (context: Context, sub: string) => Promise<Account | undefined>;
    clientBasedCORS: (context: Context, origin: string, client: Client) => boolean;
    interactions: { url: (context: Context, interaction: Interaction) => string };
    renderError: (context: Context, out: Record<string, string>, error: Error) => Promise<void>;
    claims: Record<string, string[]>;
    scopes: string[];
    responseTypes: string[];
    enabledJWA: { idTokenSigningAlgValues: string[] };
    features: Record<string, { enabled: boolean; allowedPolicy?: unknown }>;
    pkce: { required: () => boolean };
    rotateRefreshToken: boolean;
    loadExistingGrant?: (context: Context) => Promise<Grant | undefined>;
    issueRefreshToken: (context: Context, client: Client, source: { scopes: Set<string> }) => Promise<boolean>;
    expiresWithSession: (context: Context) => Promise<boolean>;
    ttl: Record<string, number>;
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    proxy: boolean;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    interactionResult(request: IncomingMessage, response: ServerResponse, result: InteractionResult): Promise<string>;
    on(event: 'server_error', listener: (context: Context, error: Error) => void): this;
    /** Koa's: what broke outside the endpoints, a request that never ended among it. Without a listener it is printed as text. */
    on(event: 'error', listener: (error: Error) => void): this;
    readonly Client: { find(id: string): Promise<Client | undefined> };
    readonly Grant: {
      new (fields: { accountId: string; clientId: string }): Grant;
      find(id: string): Promise<Grant | undefined>;
    };
    readonly Session: { findByUid(uid: string): Promise<Session | undefined> };
  }

  export const errors: {
    InvalidGrant: new (detail: string) => Error;
    SessionNotFound: new (detail: string) => Error;
  };
}
