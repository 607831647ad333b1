import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { measurementsEqual, parseMeasurement, printMeasurement } from '../index.ts';

const pcr = fc.uint8Array({ minLength: 48, maxLength: 48 });
const measurement = fc.record({ pcr0: pcr, pcr1: pcr, pcr2: pcr });

test('parsing inverts printing', () => {
  const law = fc.property(measurement, (m) => measurementsEqual(parseMeasurement(printMeasurement(m)), m));
  fc.assert(law, { seed: 1, numRuns: 100 });
});

test('two measurements are equal only where all three PCRs are', () => {
  const law = fc.property(measurement, fc.constantFrom('pcr0', 'pcr1', 'pcr2'), fc.nat(47), (m, name, position) => {
    const other = { ...m, [name]: m[name].map((byte, i) => (i === position ? byte ^ 1 : byte)) };
    return measurementsEqual(m, m) && !measurementsEqual(m, other);
  });
  fc.assert(law, { seed: 1, numRuns: 100 });
});

test('a measurement in any other form is malformed', () => {
  const hex = 'ab'.repeat(48);
  const good = { pcr0: hex, pcr1: hex, pcr2: hex };
  const bad = [
    null,
    hex,
    [],
    {},
    { pcr0: hex, pcr1: hex },
    { ...good, pcr3: hex },
    { ...good, pcr2: undefined },
    { ...good, pcr2: hex.slice(2) },
    { ...good, pcr2: `${hex}ab` },
    { ...good, pcr2: hex.toUpperCase() },
    { ...good, pcr2: `0x${hex.slice(2)}` },
  ];
  for (const text of bad) assert.throws(() => parseMeasurement(text), { code: 'malformed' });
});
