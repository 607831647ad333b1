import { paths, relayAnswer, relayPostCodec, relayQuery, relayTaken } from '@symbolon/protocol';
import { type Route, route } from '@symbolon/service';
import type { Relay } from './relay.ts';

const limit = { perMinute: 6_000, by: 'address' } as const;

/** The relay's face. `origins`: whose pages may use it, beside the wallet's own. */
export function relayRoutes(relay: Relay, origins: (origin: string) => boolean): Route[] {
  return [
    route({
      method: 'POST',
      path: paths.relay,
      summary: 'Pass on one sealed message.',
      body: relayPostCodec,
      answer: relayTaken,
      // A message of 256 KiB in base64url, and what stands around it.
      maxBytes: 350_000,
      timeoutMs: 10_000,
      limit,
      origins,
      handler: async (message, { address }) => relay.post(message, address),
    }),
    route({
      method: 'GET',
      path: paths.relay,
      summary: 'Sealed messages of the other side; waits up to 20 s for one.',
      query: relayQuery,
      answer: relayAnswer,
      timeoutMs: 25_000,
      limit,
      origins,
      handler: (query, { address }) => relay.read(query, address),
    }),
  ];
}
