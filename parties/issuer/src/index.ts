export { type Issuer, startIssuer } from './app.ts';
export type { IssuerConfigInput } from './config.ts';
