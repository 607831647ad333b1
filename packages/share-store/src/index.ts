export { EmbeddedVault } from './embeddedVault.ts';
export { find } from './find.ts';
export { checkJoining } from './joining.ts';
export { keep, personOf } from './keep.ts';
export { initialiseKeys, loadKeys, wipeKeys } from './keys.ts';
export { type KeptKey, keysAfter, replaceShares } from './moveShares.ts';
export { nativeChecks } from './nativeChecks.ts';
export { openOutcomes } from './outcomes.ts';
export { pinDeployment, pinTable } from './pin.ts';
export { prepareEpochs, type Turning } from './prepareEpochs.ts';
export { Reasons, reasonFields } from './reasons.ts';
export { RotationKey } from './rotationKey.ts';
export { checkRelease, sealShare } from './sealShare.ts';
export { ShareStore, shareContext } from './shareStore.ts';
export { type KeyVault, VaultError, type VaultReason, type WrappedKey } from './vault.ts';
export {
  activateWallet,
  appendVersion,
  flipEpoch,
  type PendingEpoch,
  rotationTables,
  type WalletRow,
  WalletStore,
  walletTables,
} from './walletStore.ts';
