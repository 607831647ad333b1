/** Runs `work` while nobody else runs any under this name: over all tabs, or whatever else shares the storage. */
export type Lock = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Within one process: each waits for the one before. */
export function chainLock(): Lock {
  const ends = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const mine = (ends.get(name) ?? Promise.resolve()).then(work);
    const end = mine.catch(() => undefined);
    ends.set(name, end);
    try {
      return await mine;
    } finally {
      if (ends.get(name) === end) ends.delete(name);
    }
  };
}

/** Over all tabs of the wallet's origin (Web Locks API). */
export const webLock: Lock = async <T>(name: string, work: () => Promise<T>) =>
  (await navigator.locks.request(name, work)) as T;
