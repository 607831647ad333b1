import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { printMeasurement } from '@symbolon/attestation';
import { measureImage, readEif } from '@symbolon/enclave';
import { hostFile } from './enclave.ts';
import { DevnetError } from './errors.ts';
import { type Home, readJson, writeJson } from './home.ts';
import { nsmProgram } from './parties.ts';
import { launch } from './process.ts';

/** ms; a machine may take its time to boot, and the one before to answer what it was asked. */
const deadline = 150_000;
const pollInterval = 100;

/** What the host of the signer's machine says in the end, and why. */
export interface Upgraded {
  event: 'upgraded' | 'upgrade-refused';
  message: string;
  /** A request at the image before was waited for in vain. */
  cutOff: boolean;
}

/**
 * Goes over to another image as an operator does: a security module that is told of it, the image's name in the host's configuration,
 * SIGHUP to the host (process `host`). Where that refuses, everything is as it was; else the module is handed to `system`, and ends with it.
 * Throws EnclaveError `image-malformed`, DevnetError `party-failed`.
 */
export async function upgradeSigner(
  home: Home,
  host: number,
  file: Uint8Array,
  system: AsyncDisposableStack,
): Promise<Upgraded> {
  const measured = printMeasurement(measureImage(readEif(file)));
  const name = measured.pcr2.slice(0, 4);
  const [image, socket, booted] = [
    join(home.signer, `${name}.eif`),
    join(home.devNsm, `${name}.sock`),
    join(home.devNsm, `${name}.json`),
  ];
  writeFileSync(image, file, { mode: 0o600 });
  writeJson(booted, measured);
  await using attempt = new AsyncDisposableStack();
  const logFile = join(home.logs, 'dev-nsm.log');
  const nsm = await launch({ name: 'dev-nsm', ...nsmProgram(home, socket, ['--booted', booted]), logFile });
  attempt.defer(() => nsm.stop());

  const before = readJson(hostFile(home));
  const log = join(home.logs, 'signer.log');
  const from = readFileSync(log).length;
  writeJson(hostFile(home), { ...Object(before), image, nsmSocket: socket });
  process.kill(host, 'SIGHUP');
  const said = await answerIn(log, from);
  if (said.event === 'upgraded') system.use(attempt.move());
  else writeJson(hostFile(home), before);
  return said;
}

/** What the host has logged about it since this place. */
async function answerIn(log: string, from: number): Promise<Upgraded> {
  for (const end = Date.now() + deadline; Date.now() < end; await sleep(pollInterval)) {
    const lines = readFileSync(log).subarray(from).toString().split('\n').slice(0, -1);
    const said = lines.map((line) => JSON.parse(line)).find(({ event }) => /^upgrade(d|-refused)$/.test(String(event)));
    if (said !== undefined) {
      return { event: said.event, message: String(said.message ?? ''), cutOff: said.cutOff === true };
    }
  }
  throw new DevnetError('party-failed', "The signer's host does not say how its upgrade ended.", `Its log is ${log}.`);
}
