export { type NsmConfig, serveNsm } from './app.ts';
export { measureSigner } from './measure.ts';
export { CERTIFICATE_FILE, openRoot } from './root.ts';
