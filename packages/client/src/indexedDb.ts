import type { KeyPairStorage } from './deviceKey.ts';
import type { DeviceStorage } from './storage.ts';

const bytesStore = 'bytes';
const keysStore = 'keys';
const deviceKeyName = 'device';

/** A browser's storage for one device: bytes by name, and the device key, in one IndexedDB database. */
export async function indexedDbStorage(name: string): Promise<{ storage: DeviceStorage; keys: KeyPairStorage }> {
  const database = await openDatabase(name);
  const run = <T>(store: string, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>) =>
    completed(database.transaction(store, mode, { durability: 'strict' }), store, work);

  return {
    storage: {
      get: async (key) => (await run<Uint8Array | undefined>(bytesStore, 'readonly', (s) => s.get(key))) ?? null,
      set: async (key, bytes) => {
        await run(bytesStore, 'readwrite', (s) => s.put(bytes.slice(), key));
      },
      delete: async (key) => {
        await run(bytesStore, 'readwrite', (s) => s.delete(key));
      },
    },
    keys: {
      get: async () =>
        (await run<CryptoKeyPair | undefined>(keysStore, 'readonly', (s) => s.get(deviceKeyName))) ?? null,
      add: async (pair) => {
        // `add` fails where another tab was first; then that tab's key is the device's.
        await run(keysStore, 'readwrite', (s) => s.add(pair, deviceKeyName)).catch(() => undefined);
        return run<CryptoKeyPair>(keysStore, 'readonly', (s) => s.get(deviceKeyName));
      },
    },
  };
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(bytesStore);
      request.result.createObjectStore(keysStore);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('another tab holds an older version of the database'));
  });
}

/** Resolves when the transaction is complete, not when the request is: before that nothing is durable. */
function completed<T>(
  transaction: IDBTransaction,
  store: string,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}
