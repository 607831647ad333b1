export { formatEther } from './amount.ts';
export { type Device, openDevice } from './device.ts';
export { type Home, readHome } from './home.ts';
export { watchMailbox } from './mailbox.ts';
export { nativeChecks } from './statements/checks.ts';
export { fetchStatements, submitStatement } from './statements/log.ts';
export { nextStatement } from './statements/next.ts';
export { readOrganisationKey, signStatementAs } from './statements/organisation.ts';
export { addressesOf } from './wallet.ts';
