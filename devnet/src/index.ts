export type { IssuerText } from './deployment.ts';
export { createDevnet, type Devnet, type DevnetOptions } from './devnet.ts';
export { DevnetError, type DevnetErrorCode } from './errors.ts';
export type { Home } from './home.ts';
export type { PartyName } from './parties.ts';
export { type Progress, tell } from './progress.ts';
