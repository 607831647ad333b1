import type { Value } from '../abi/value.ts';
import type { Descriptor } from '../descriptor/descriptor.ts';
import type { Explanation } from '../explanation.ts';
import type { Sources } from '../sources.ts';

/** What is around the data: the transaction or the message's domain. Null: not known, so no path leads to it. */
export interface Container {
  chainId: number | null;
  from: Uint8Array | null;
  to: Uint8Array | null;
  /** Wei. */
  value: bigint | null;
}

/** A call to be explained; `to` null creates a contract. */
export interface Call extends Container {
  data: Uint8Array;
}

/** All that rendering one format needs. */
export interface Context {
  descriptor: Descriptor;
  /** The decoded arguments or message. */
  data: Value;
  container: Container;
  sources: Sources;
  /** Explains a call inside this one; null where no descriptor does. */
  explainCall(call: Call): Promise<Explanation | null>;
  /** Takes one line from what may be shown in all. @throws ClearSigningError `too-large` */
  countField(): void;
}
