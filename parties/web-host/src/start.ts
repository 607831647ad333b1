import { createApp, createLogger, createShutdown, listen, Metrics, requestFields } from '@symbolon/service';
import type { Config } from './config.ts';
import { Frames } from './frames.ts';
import { loadRelease } from './release.ts';
import { createSite, refusalHeaders } from './site.ts';

/** Starts the web host: the wallet's origin on one port, health and metrics on another. Throws ReleaseError. */
export async function start(config: Config) {
  const log = createLogger({ party: 'web-host', fields: [...requestFields, 'files'], level: config.logLevel });
  const metrics = new Metrics();
  const requests = metrics.counter('page_requests_total', 'Answers at the wallet origin.', ['kind', 'status']);
  const release = loadRelease(config.releaseDir);
  const frames = new Frames(config.cloudUrl, log, () => Date.now());
  const site = createSite({
    release,
    frames: (app) => frames.of(app),
    answered: (kind, status) => requests.add(1, kind, String(status)),
  });

  let closing = false;
  const { host, port } = config;
  const page = await listen(site, { host, port, refusalHeaders: refusalHeaders(release) }, () => {
    closing = true;
  });
  const ready = () => !closing;
  const operations = await createApp([], { party: 'web-host', version: '0.1.0', log, metrics, ready }).listen(
    config.operations,
  );
  log.info('serving', { files: release.files.size });
  const stop = createShutdown(
    [
      { name: 'page', close: () => page.close() },
      { name: 'operations', close: () => operations.close() },
    ],
    log,
  );
  return { ...page, operations: operations.url, release: release.hash, stop, log };
}
