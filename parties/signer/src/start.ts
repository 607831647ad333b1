import { hpkeXWing, SigningKey, verifyEd25519, verifyEs256 } from '@symbolon/crypto/native';
import {
  configurationHash,
  deploymentSchema,
  type SignerKeys,
  signerConfigurationOf,
  signerId,
} from '@symbolon/protocol';
import { createApp, createLogger, createShutdown, Metrics, readConfig, requestFields } from '@symbolon/service';
import { DeedVerifier, ProofVerifier, Refusal, TokenVerifier } from '@symbolon/verify';
import { routes } from './app.ts';
import type { Config } from './config.ts';
import { OwnEvidence } from './evidence.ts';
import { KmsLink } from './kmsLink.ts';
import { outbound } from './outbound.ts';
import { OutcomeReporter } from './outcomes.ts';
import type { Signer } from './signer.ts';

const presentEvery = 30_000;
const presentAgain = 1_000;

/** Starts the signer: keys of this process alone, nothing at rest. Throws ConfigError, and NsmError without a security module. */
export async function start(config: Config) {
  const deployment = readConfig(config.deploymentFile, deploymentSchema);
  const log = createLogger({ party: 'signer', fields: [...requestFields, 'reason'], level: config.logLevel });
  const metrics = new Metrics();
  if (deployment.mode === 'development') log.warn('development-mode');

  const now = () => Date.now();
  const sealing = hpkeXWing.generate();
  const signing = SigningKey.generate();
  const keys: SignerKeys = { v: 1, sealing: sealing.publicKey, signing: signing.publicKey };
  const id = signerId(keys);
  const out = outbound(config.relay);
  const configuration = configurationHash(signerConfigurationOf(deployment));
  const evidence = new OwnEvidence(config.nsmSocket, keys, configuration, now, out.fetch);
  await evidence.current();

  const checks = { es256: verifyEs256, ed25519: verifyEd25519 };
  const ended = metrics.counter('releases_ended_total', 'How releases ended here.', ['outcome']);
  const kms = new KmsLink(deployment.kms.url, out.connect);
  const outcomes = new OutcomeReporter(deployment, id, signing, now, ended, out.fetch);
  const roots = { deployment: deployment.id, kms: deployment.kms.signing, cloud: deployment.cloud.signing };
  const signer: Signer = {
    deployment,
    id,
    sealing,
    tokens: new TokenVerifier(deployment.issuers, now, out.fetch),
    proofs: new ProofVerifier(checks, now),
    deeds: new DeedVerifier(roots, checks),
    kms,
    outcomes,
    now,
  };

  const presentation = present(evidence, [deployment.kms.url, deployment.cloud.url], () =>
    log.info('evidence-not-taken'),
  );
  const refused = metrics.counter('refused_total', 'Requests refused, by reason.', ['reason']);
  const note = (error: unknown) => {
    const reason = reasonOf(error);
    refused.add(1, reason);
    if (reason === 'retry-evidence') presentation.now();
    if (reason === 'failed') log.error('request-failed', {}, error);
    else log.info('refused', { reason });
  };
  const app = createApp(routes(signer, evidence, note), {
    party: 'signer',
    version: '0.1.0',
    log,
    metrics,
    ready: () => true,
    origins: config.origins,
    trustedProxies: config.trustedProxies,
  });
  const listening = await app.listen({ host: config.host, port: config.port });
  presentation.now();
  const stop = createShutdown(
    [
      { name: 'server', close: () => listening.close() },
      { name: 'presentation', close: () => presentation.close() },
      { name: 'outcomes', close: () => outcomes.close() },
      { name: 'kms', close: () => kms.close() },
      { name: 'keys', close: () => wipe(sealing, signing) },
    ],
    log,
  );
  return { ...listening, stop, log };
}

/** Brings the evidence to the stores before they need it, and again soon where one did not take it. */
function present(evidence: OwnEvidence, stores: readonly string[], failed: () => void) {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const now = () => {
    clearTimeout(timer);
    void Promise.allSettled(stores.map((url) => evidence.present(url))).then((results) => {
      const good = results.every(({ status }) => status === 'fulfilled');
      if (!good) failed();
      clearTimeout(timer);
      if (!closed) timer = setTimeout(now, good ? presentEvery : presentAgain);
    });
  };
  const close = () => {
    closed = true;
    clearTimeout(timer);
  };
  return { now, close };
}

function wipe(...keys: readonly Disposable[]): void {
  for (const key of keys) key[Symbol.dispose]();
}

/** Codes are plain words; whatever has none is a fault of ours. */
function reasonOf(error: unknown): string {
  if (error instanceof Refusal) return error.reason;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[a-z-]{1,40}$/.test(code) ? code : 'failed';
}
