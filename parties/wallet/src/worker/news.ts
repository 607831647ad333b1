/**
 * What the service worker tells the pages it serves. `release-refused`: the host offers a release that no statement allows, and the
 * old one goes on being served. `release-withdrawn`: organisations took back the one that is being served. `worker-changed`: the
 * browser has fetched a service worker that belongs to no allowed release, and will let it take over when the wallet's last tab
 * closes; nothing but the person can stop that.
 */
export type WorkerNews =
  | { what: 'release-taken'; release: string }
  | { what: 'release-refused'; release: string | null; reason: RefusalReason }
  | { what: 'release-withdrawn'; release: string }
  | { what: 'worker-changed' };

/** What a person should know of the page that they are looking at, the gravest last. */
export const releaseAlarms = ['release-refused', 'worker-changed', 'release-withdrawn'] as const;
export type ReleaseAlarm = (typeof releaseAlarms)[number];

export type RefusalReason =
  | 'not-allowed'
  | 'older'
  | 'manifest-unreadable'
  | 'file-differs'
  | 'statements-unreachable'
  | 'statements-invalid';
