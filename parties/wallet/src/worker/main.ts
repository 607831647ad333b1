import type { WorkerNews } from './news.ts';
import { isServed, PageWorker } from './pageWorker.ts';

/** What a service worker's global scope has of the Service Workers specification and this one uses. */
interface Scope {
  readonly clients: {
    readonly claim: () => Promise<void>;
    readonly matchAll: (options: {
      includeUncontrolled: boolean;
    }) => Promise<{ postMessage: (message: unknown) => void }[]>;
  };
  readonly registration: { readonly addEventListener: (type: 'updatefound', listener: () => void) => void };
  readonly location: { readonly origin: string };
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
}
interface Lasting {
  waitUntil: (work: Promise<unknown>) => void;
}
interface Fetching extends Lasting {
  readonly request: Request;
  respondWith: (response: Promise<Response>) => void;
}

const scope = self as unknown as Scope;

const ready = Promise.all([caches.open('symbolon-pin'), caches.open('symbolon-files')]).then(
  ([pins, files]) =>
    new PageWorker({ pins, files, fetch: (input, init) => fetch(input, init), now: () => Date.now(), tell }),
);

scope.addEventListener('install', (event) => event.waitUntil(ready.then((worker) => worker.install())));

scope.addEventListener('activate', (event) =>
  event.waitUntil(ready.then((worker) => worker.activate()).then(() => scope.clients.claim())),
);

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== scope.location.origin || !isServed(pathname)) return;
  event.respondWith(ready.then(async (worker) => (await worker.answer(pathname)) ?? fetch(request)));
  if (request.mode === 'navigate') event.waitUntil(ready.then((worker) => worker.check()));
});

scope.registration.addEventListener('updatefound', () => {
  void ready.then((worker) => worker.workerFound());
});

function tell(news: WorkerNews): void {
  void scope.clients.matchAll({ includeUncontrolled: true }).then((clients) => {
    for (const client of clients) client.postMessage(news);
  });
}
