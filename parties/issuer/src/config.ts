import { dirname, resolve } from 'node:path';
import { readConfig } from '@symbolon/service';
import * as v from 'valibot';

const origin = v.pipe(
  v.string(),
  v.url(),
  v.check((text) => URL.parse(text)?.origin === text, 'must be an origin: scheme, host and port, nothing after'),
);
const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Whether only this machine can be at the other end. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:127\.\d+\.\d+\.\d+|\[::1\]|(?:[\w-]+\.)*localhost)$/.test(hostname);
}

/** How many code mails may go out within a quarter of an hour and within a day. */
const quota = v.strictObject({ quarterHour: count, day: count });

export const configSchema = v.pipe(
  v.strictObject({
    /** Private folder (0700) for the keys and the database. */
    dataDir: v.pipe(v.string(), v.nonEmpty()),
    /** The issuer identifier: the `iss` of every token, and where browsers reach this server. */
    url: origin,
    host: v.pipe(v.string(), v.nonEmpty()),
    port,
    /** True where a reverse proxy in front terminates TLS and sets X-Forwarded-For and -Proto itself. */
    behindProxy: v.optional(v.boolean(), false),
    clients: v.pipe(
      v.array(
        v.strictObject({
          id: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,128}$/)),
          name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(80)),
          /**
           * `native`: a program of the person's own; a loopback redirect may name any port, and every sign-in asks them.
           * `web`: a page at its own address; redirects are exact, and who agreed once is not asked again.
           */
          application: v.optional(v.picklist(['native', 'web']), 'native'),
          redirectUris: v.pipe(v.array(v.pipe(v.string(), v.url())), v.minLength(1)),
          /** Web origins from which pages may call the token endpoint. */
          origins: v.array(origin),
        }),
      ),
      v.minLength(1),
    ),
    smtp: v.pipe(
      v.strictObject({
        host: v.pipe(v.string(), v.nonEmpty()),
        port,
        /** True for TLS from the first byte; otherwise STARTTLS, which only a loopback relay may lack. */
        secure: v.boolean(),
        user: v.optional(v.pipe(v.string(), v.nonEmpty())),
        passFile: v.optional(v.pipe(v.string(), v.nonEmpty())),
        from: v.pipe(v.string(), v.email()),
      }),
      v.check((smtp) => (smtp.user === undefined) === (smtp.passFile === undefined), 'user and passFile go together'),
    ),
    codeTtlSeconds: v.optional(v.pipe(count, v.maxValue(900)), 600),
    limits: v.optional(
      v.strictObject({
        networkAndMailbox: v.optional(quota, { quarterHour: 5, day: 50 }),
        network: v.optional(quota, { quarterHour: 60, day: 600 }),
        mailbox: v.optional(quota, { quarterHour: 15, day: 60 }),
        requestsPerMinute: v.optional(count, 600),
      }),
      {},
    ),
  }),
  // This server speaks plain HTTP; without the proxy's word its cookies would not be marked as for TLS alone.
  v.forward(
    v.check(
      ({ url, behindProxy }) => !url.startsWith('https:') || behindProxy,
      'an https issuer stands behind a proxy',
    ),
    ['behindProxy'],
  ),
  // Whoever reads the network between could take the code: plain HTTP only where there is no network between.
  v.forward(
    v.check(
      ({ url, clients }) =>
        clients
          .filter(({ application }) => application === 'web')
          .flatMap(({ redirectUris }) => redirectUris.map((uri) => new URL(uri)))
          .every((uri) => uri.protocol === 'https:' || (isLoopback(new URL(url)) && isPlainLocal(uri))),
      'a web client is sent back to https, or, by an issuer on loopback alone, to loopback',
    ),
    ['clients'],
  ),
);

const isPlainLocal = (uri: URL): boolean => uri.protocol === 'http:' && isLoopback(uri);

/** The file as an operator writes it: fields with a default may be left out. */
export type IssuerConfigInput = v.InferInput<typeof configSchema>;
export type IssuerConfig = v.InferOutput<typeof configSchema>;

/**
 * The configuration file at `path`; relative paths in it are relative to its folder.
 * @throws {ConfigError} naming the field at fault
 */
export function readIssuerConfig(path: string): IssuerConfig {
  const config = readConfig(path, configSchema);
  const absolute = (file: string) => resolve(dirname(path), file);
  const { passFile } = config.smtp;
  return {
    ...config,
    dataDir: absolute(config.dataDir),
    smtp: { ...config.smtp, ...(passFile === undefined ? {} : { passFile: absolute(passFile) }) },
  };
}
