import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { createLogger, createShutdown, Metrics, RateLimiter, ServiceError } from '@symbolon/service';
import { Hono } from 'hono';
import * as v from 'valibot';
import { createAccounts } from './accounts.ts';
import { createAdapters, pruneRecords } from './adapter.ts';
import { addressOf, networkOf } from './address.ts';
import { createCodes } from './codes.ts';
import { configSchema, type IssuerConfigInput } from './config.ts';
import { createCounters } from './counters.ts';
import { createInteraction, type InteractionParts } from './interaction.ts';
import { loadKeys } from './keys.ts';
import { createMailLimits } from './limits.ts';
import { createMailer } from './mail.ts';
import { openapi } from './openapi.ts';
import { createProvider, INTERACTION_TTL } from './provider.ts';
import { problemOf, Refused } from './refusal.ts';
import { respondRefusal } from './respond.ts';
import { openStore } from './store.ts';

export interface Issuer {
  /** The issuer identifier. */
  url: string;
  /** Finishes what is in flight (5 s at most), then closes the store. @returns whether all went well */
  close: () => Promise<boolean>;
}

const PRUNE_EVERY_MS = 60_000;
const DRAIN_MS = 5_000;

/** Everything under these is the OIDC library's; the rest is ours. */
const OIDC_PATHS = /^\/(?:auth|token|jwks|\.well-known)(?:[/?]|$)/;

export const log = createLogger({ party: 'issuer', fields: ['url', 'signal', 'step'] });

/** Starts an issuer and resolves when it listens. Throws when the configuration, a key file or the port cannot be had. */
export async function startIssuer(input: IssuerConfigInput): Promise<Issuer> {
  const config = v.parse(configSchema, input);
  const database = openStore(config.dataDir);
  const keys = await loadKeys(config.dataDir);
  const accounts = createAccounts(database);
  const codes = createCodes(database, keys.codeKey, config.codeTtlSeconds, INTERACTION_TTL);
  const limits = createMailLimits(database, keys.pseudonymKey, config.limits);
  const mailer = createMailer(config.smtp);
  const provider = createProvider(config, keys, createAdapters(database), accounts);
  provider.on('server_error', (_context, error) => log.error('server-error', {}, error));
  // A request that ends half-way or never: the sender's doing, of which the library would print a stack.
  provider.on('error', (error) => log.error('request-broken', {}, error));
  const metrics = new Metrics();
  const counted = createCounters(metrics);
  const flood = new RateLimiter({ perMinute: config.limits.requestsPerMinute });

  const parts = { config, provider, accounts, codes, limits, mailer, log, counted };
  const ours = getRequestListener(createRoutes(parts, metrics, () => database.statement('SELECT 1').get()).fetch);
  const theirs = provider.callback();
  const ownHost = new URL(config.url).host;
  const server = createServer(SERVER_LIMITS, (request, response) => {
    response.on('close', () => counted.requests.add(1, String(response.statusCode)));
    const flooding = refusalOfFlood(flood, networkOf(addressOf(request, config.behindProxy)));
    if (flooding) return answerFlood(response, flooding);
    // The library writes addresses from this header: a stranger's in it would stand in what a cache in front of us keeps.
    request.headers.host = ownHost;
    const serve = OIDC_PATHS.test(request.url ?? '') ? theirs : ours;
    serve(request, response).catch((error: unknown) => {
      log.error('server-error', {}, error);
      response.destroy();
    });
  });
  server.maxConnections = 2_000;
  try {
    await listen(server, config.port, config.host);
  } catch (error) {
    database.close();
    throw error;
  }

  const pruning = setInterval(() => {
    pruneRecords(database);
    codes.prune();
    limits.prune();
  }, PRUNE_EVERY_MS).unref();

  const close = createShutdown(
    [
      { name: 'server', close: () => drain(server) },
      { name: 'pruning', close: () => clearInterval(pruning) },
      { name: 'mail', close: () => mailer.close() },
      { name: 'store', close: () => database.close() },
    ],
    log,
  );
  return { url: config.url, close };
}

/** A client that dawdles over its headers or its body must not hold a connection. */
const SERVER_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 10_000,
};

function createRoutes(parts: InteractionParts, metrics: Metrics, touchStore: () => unknown) {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) => {
    touchStore();
    return c.json({ status: 'ready' });
  });
  app.get('/metrics', (c) => c.text(metrics.render(), 200, { 'Content-Type': 'text/plain; version=0.0.4' }));
  app.get('/openapi.json', (c) => c.json(openapi));
  app.route('/interaction', createInteraction(parts));
  app.notFound((c) => respondRefusal(c, new Refused(404, 'not-found', 'There is nothing here.', 'Begin in the app.')));
  app.onError((error, c) => {
    if (error instanceof Refused) return respondRefusal(c, error);
    parts.log.error('server-error', {}, error);
    const status = 500;
    return c.json(
      { type: 'urn:symbolon:error:internal', title: 'Internal Server Error', status, code: 'internal' },
      status,
    );
  });
  return app;
}

function refusalOfFlood(flood: RateLimiter, network: string): ServiceError | undefined {
  try {
    flood.take(network);
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

function answerFlood(response: ServerResponse<IncomingMessage>, { code, message, retryAfter = 1 }: ServiceError): void {
  const refused = new Refused(429, code, message, `Wait ${retryAfter} s.`, { retryAfter });
  response
    .writeHead(429, { 'Content-Type': 'application/problem+json', 'Retry-After': retryAfter, Connection: 'close' })
    .end(JSON.stringify(problemOf(refused)));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve());
  });
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
