import { readFileSync, statSync, writeFileSync } from 'node:fs';

/** A PIN without the line end that editors put behind it. The given bytes are wiped. */
export function trimmedPin(bytes: Uint8Array): Uint8Array {
  let length = bytes.length;
  while (length > 0 && (bytes[length - 1] === 0x0a || bytes[length - 1] === 0x0d)) length -= 1;
  const pin = new Uint8Array(new ArrayBuffer(length));
  pin.set(bytes.subarray(0, length));
  bytes.fill(0);
  return pin;
}

/**
 * Remembers, over restarts, which state of the PIN file the HSM refused: a PIN is not tried twice, since a few wrong ones lock the
 * token. Writing the file anew, even with the same PIN, gives it another try.
 */
export class PinCare {
  readonly #pinFile: string;
  readonly #memory: string;

  constructor(pinFile: string, memory: string) {
    this.#pinFile = pinFile;
    this.#memory = memory;
  }

  mayTry(): boolean {
    return this.#refused() !== this.#state();
  }

  refused(): void {
    writeFileSync(this.#memory, this.#state(), { mode: 0o600, flush: true });
  }

  #refused(): string | null {
    try {
      return readFileSync(this.#memory, 'utf8');
    } catch {
      return null;
    }
  }

  /** Of the file, never of the PIN. */
  #state(): string {
    const stat = statSync(this.#pinFile, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? 'missing' : `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
  }
}
