import { type Micros, type Payer, payers, total } from './cpu.ts';
import { floorOf, type Primitive } from './floor.ts';

/** What a bench found; printed as it is with --json. Rates a second, `ms` milliseconds, `Micros` processor microseconds a signature. */
export interface Findings {
  /** What the signer ran in. */
  fidelity: (typeof fidelities)[keyof typeof fidelities];
  /** Where the kms kept its keys. */
  vault: (typeof vaults)[keyof typeof vaults];
  signaturesPerSecond: number;
  /** At `rate` a second, from when each signature was due. */
  p50ms: number;
  p99ms: number;
  /** At full load. */
  cpuMicros: Micros;
  /** The primitives that one signature cannot do without, timed in this run on an otherwise idle machine, all payers together. */
  floorMicros: number;
  /** The same with every core busy, as at full load. */
  busyFloorMicros: number;
  cores: number;
  users: number;
  rate: number;
  seconds: number;
  /** At full load: how long one of `users` signatures at once took. */
  fullLoadP50ms: number;
  fullLoadP99ms: number;
  /** At `rate` a second. */
  cpuMicrosAtRate: Micros;
  floorMicrosOf: Micros;
  busyFloorMicrosOf: Micros;
  /** Cores' worth of processor time that neither was idle nor went to the system under test, at full load and at `rate`. */
  othersCores: number;
  othersCoresAtRate: number;
  /** The device's part over the library that browsers use, in this Node. */
  browserDeviceMicros: number;
  failures: Record<string, number>;
  floor: Primitive[];
  cpu: string;
  node: string;
  date: string;
}

/** What a figure of a signer is worth: no figure here is of hardware. */
export const fidelities = { process: 'plain process', enclave: 'emulated enclave' } as const;

/** SoftHSM2 is an HSM's interface without its hardware. */
export const vaults = { embedded: 'embedded vault', pkcs11: 'PKCS#11, SoftHSM2' } as const;

const goals = { signaturesPerSecond: 870, p99ms: 50 } as const;

/** The findings as a person reads them. */
export function describe(found: Findings): string {
  const { signaturesPerSecond, p50ms, p99ms, rate, users, cores, cpu, node, date } = found;
  return [
    `${date}, Node ${node}, ${cores} cores (${cpu}), ${users} users at once, every check on`,
    `signer: ${found.fidelity}; keys of the kms: ${found.vault}`,
    '',
    `signatures a second   ${signaturesPerSecond.toFixed(0)}   ${against(found, signaturesPerSecond >= goals.signaturesPerSecond, `at least ${goals.signaturesPerSecond}`)}`,
    `   each took          p50 ${found.fullLoadP50ms.toFixed(1)} ms, p99 ${found.fullLoadP99ms.toFixed(1)} ms`,
    `at ${rate} a second     p50 ${p50ms.toFixed(1)} ms, p99 ${p99ms.toFixed(1)} ms   ${against(found, p99ms < goals.p99ms, `p99 below ${goals.p99ms} ms`)}`,
    `taken by others       ${found.othersCores.toFixed(2)} cores at full load, ${found.othersCoresAtRate.toFixed(2)} at ${rate} a second`,
    ...failuresOf(found),
    '',
    ...costs(found),
    '',
    `the device's part with the library that browsers use: ${found.browserDeviceMicros.toFixed(0)} us`,
    '',
    ...primitives(found.floor),
  ].join('\n');
}

/** The same load through the plainest system and through another, by what a person would compare. */
export function beside(plain: Findings, other: Findings): string {
  const rows: [name: string, of: (found: Findings) => string][] = [
    ['signatures a second', (found) => found.signaturesPerSecond.toFixed(1)],
    ['full load: p50 ms', (found) => found.fullLoadP50ms.toFixed(1)],
    ['full load: p99 ms', (found) => found.fullLoadP99ms.toFixed(1)],
    [`at ${plain.rate} a second: p50 ms`, (found) => found.p50ms.toFixed(1)],
    [`at ${plain.rate} a second: p99 ms`, (found) => found.p99ms.toFixed(1)],
    ["signer's CPU us, by its own clock", (found) => found.cpuMicros.signer.toFixed(0)],
    ["kms's CPU us, its HSM's aside", (found) => found.cpuMicros.kms.toFixed(0)],
  ];
  const row = (name: string, cells: readonly string[]) =>
    name.padEnd(36) + cells.map((text) => text.padStart(18)).join('');
  return [
    '',
    row('side by side', plain.vault === other.vault ? [plain.fidelity, other.fidelity] : [plain.vault, other.vault]),
    ...rows.map(([name, of]) => row(name, [of(plain), of(other)])),
  ].join('\n');
}

/** The goals are for processor time of the machine's own, not for an emulated one's. */
const against = ({ fidelity }: Findings, met: boolean, goal: string) =>
  fidelity === 'plain process' ? `(goal: ${goal}; ${met ? 'met' : 'NOT MET'})` : '';

function failuresOf({ failures }: Findings): string[] {
  return Object.entries(failures).map(([code, count]) => `FAILED: ${count} x ${code}`);
}

function costs({ cpuMicros, cpuMicrosAtRate, floorMicrosOf, busyFloorMicrosOf, rate }: Findings): string[] {
  const columns = [cpuMicros, cpuMicrosAtRate, floorMicrosOf, busyFloorMicrosOf];
  const heads = ['full load', `at ${rate}/s`, 'floor', 'busy floor'];
  const row = (name: string, pick: (micros: Micros) => number) =>
    line(
      name,
      columns.map((one) => pick(one).toFixed(0)),
    );
  return [
    line('CPU us', heads),
    ...payers.map((payer) => row(payer, (micros) => micros[payer])),
    row('together', total),
  ];
}

const line = (name: string, cells: readonly string[]) =>
  name.padEnd(10) + cells.map((text) => text.padStart(12)).join('');

function primitives(floor: readonly Primitive[]): string[] {
  const times = (primitive: Primitive, payer: Payer) => {
    const count = primitive.times[payer];
    return (count === undefined ? '' : count < 1 ? `1/${Math.round(1 / count)}` : String(count)).padStart(8);
  };
  return [
    `${'the floor, us each'.padEnd(40)}${payers.map((payer) => payer.padStart(8)).join('')}`,
    ...floor.map(
      (one) =>
        `${one.name.padEnd(34)}${one.micros.toFixed(1).padStart(6)}${payers.map((payer) => times(one, payer)).join('')}`,
    ),
  ];
}

export const floorByPayer = (floor: readonly Primitive[]): Micros => ({
  kms: floorOf(floor, 'kms'),
  cloud: floorOf(floor, 'cloud'),
  signer: floorOf(floor, 'signer'),
  device: floorOf(floor, 'device'),
});
