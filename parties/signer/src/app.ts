import { about, base64url, evidenceCodec, paths } from '@symbolon/protocol';
import { octets, type Route, route } from '@symbolon/service';
import * as v from 'valibot';
import type { OwnEvidence } from './evidence.ts';
import { serve } from './serve.ts';
import type { Signer } from './signer.ts';

const timeoutMs = 15_000;
/** Devices behind one address may be many. */
const signatures = { perMinute: 120_000, by: 'address' } as const;

/** The signer's whole face: its evidence, and sealed requests. */
export function routes(signer: Signer, evidence: OwnEvidence, note: (error: unknown) => void): Route[] {
  return [
    route({
      method: 'POST',
      path: paths.requests,
      summary: 'A request sealed to the attested key; the answer is sealed back.',
      body: octets(1_120),
      answer: octets(),
      maxBytes: 270_000,
      timeoutMs,
      limit: signatures,
      handler: (sealed) => serve(signer, sealed, note),
    }),
    route({
      method: 'GET',
      path: paths.evidence,
      summary: "This signer's evidence; with `nonce` (32 bytes, base64url), made for that challenge.",
      query: v.strictObject({ nonce: v.optional(base64url(32)) }),
      answer: evidenceCodec,
      timeoutMs,
      limit: { perMinute: 6_000, by: 'address' },
      handler: ({ nonce }) => evidence.current(nonce),
    }),
    route({
      method: 'GET',
      path: paths.about,
      summary: 'Who answers here, and what its clock says.',
      query: v.strictObject({}),
      answer: about,
      timeoutMs,
      limit: { perMinute: 6_000, by: 'address' },
      handler: async () => {
        const { id: deployment, mode } = signer.deployment;
        return { v: 1, party: 'signer', deployment, mode, time: signer.now() } as const;
      },
    }),
  ];
}
