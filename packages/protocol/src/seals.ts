import { utf8 } from '@symbolon/crypto';

/** What an HPKE message is for. It goes into HPKE's `info`, so that nothing sealed for one purpose opens as another. */
export type SealPurpose =
  | 'keep-kms'
  | 'keep-cloud'
  | 'rotation-kms'
  | 'rotation-cloud'
  | 'share-kms'
  | 'share-cloud'
  | 'signer-request';

/** HPKE `info` (RFC 9180, 5.1): purpose and deployment. */
export const sealInfo = (purpose: SealPurpose, deployment: string): Uint8Array =>
  utf8(`symbolon/v1/${purpose}/${deployment}`);
