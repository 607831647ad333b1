import { fileURLToPath } from 'node:url';

export { cachedImage } from './cachedImage.ts';
export { type Image, readEif, writeEif } from './eif.ts';
export { EnclaveError, type EnclaveErrorCode } from './error.ts';
export { type Host, type HostOptions, startHost } from './host.ts';
export { measureImage } from './measure.ts';

/** The script that runs the signer's machine: see its own head. */
export const hostProgram = fileURLToPath(new URL('./hostMain.ts', import.meta.url));
