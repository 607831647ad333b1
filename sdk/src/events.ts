/** A listener of the provider. */
export type Listener = (...args: never[]) => void;

export interface Events {
  on: (name: string, listener: Listener) => void;
  removeListener: (name: string, listener: Listener) => void;
  emit: (name: string, ...args: unknown[]) => void;
}

/** Node's `on` and `removeListener`, as EIP-1193 wants them. A listener that throws stops neither the others nor the provider. */
export function createEvents(): Events {
  const listeners = new Map<string, Listener[]>();
  return {
    on(name, listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    },
    removeListener(name, listener) {
      const all = listeners.get(name) ?? [];
      const at = all.lastIndexOf(listener);
      if (at >= 0) listeners.set(name, all.toSpliced(at, 1));
    },
    emit(name, ...args) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          listener(...(args as never[]));
        } catch (error) {
          console.error(error);
        }
      }
    },
  };
}
