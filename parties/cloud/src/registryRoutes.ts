import { appsAnswer, appsQuery, empty, paths, signedRegistrationCodec } from '@symbolon/protocol';
import { type Route, route } from '@symbolon/service';
import type { Registry } from './registry.ts';

const timeoutMs = 10_000;

/** The registry's face: everybody may read it, the operator's key changes it. */
export function registryRoutes(registry: Registry): Route[] {
  return [
    route({
      method: 'GET',
      path: paths.apps,
      summary: 'Registered dApps: one by id or origin, or all, 50 at a time behind an id.',
      query: appsQuery,
      answer: appsAnswer,
      timeoutMs,
      limit: { perMinute: 6_000, by: 'address' },
      handler: async (query) => ({ apps: registry.find(query) }),
    }),
    route({
      method: 'POST',
      path: paths.apps,
      summary: "Add, replace or remove a dApp: signed by the operator's key.",
      body: signedRegistrationCodec,
      answer: empty,
      maxBytes: 32_768,
      timeoutMs,
      limit: { perMinute: 60, by: 'address' },
      handler: (signed) => registry.change(signed),
    }),
  ];
}
