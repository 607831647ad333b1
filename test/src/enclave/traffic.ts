import type { SignedIntent, WalletClient } from '@symbolon/client';
import { utf8 } from '@symbolon/crypto';

/** Devices that sign without pause until they are stopped. */
export interface Traffic {
  /** Resolves once each has so many more signatures than now. */
  more(count: number): Promise<void>;
  /** What each has signed, by device. Rejects with what one of them was refused with. */
  stop(): Promise<SignedIntent[][]>;
}

export function startTraffic(devices: readonly WalletClient[]): Traffic {
  const signed = devices.map((): SignedIntent[] => []);
  const waiting: (() => void)[] = [];
  let going = true;
  const all = Promise.all(
    devices.map(async (device, index) => {
      while (going) {
        const message = utf8(`device ${index}, message ${signed[index]?.length}`);
        signed[index]?.push(await device.sign({ type: 'evm-message', message }));
        for (const wake of waiting.splice(0)) wake();
      }
    }),
  );
  const more = async (count: number) => {
    const wanted = signed.map(({ length }) => length + count);
    const next = () => new Promise<void>((resolve) => waiting.push(resolve));
    while (signed.some(({ length }, index) => length < (wanted[index] ?? 0))) await Promise.race([next(), all]);
  };
  const stop = async () => {
    going = false;
    await all;
    return signed;
  };
  // Told to whoever waits or stops: that it happened earlier is no reason to end the process.
  all.catch(() => undefined);
  return { more, stop };
}
