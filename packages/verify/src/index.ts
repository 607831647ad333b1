export { type Asked, Authoriser, checkHead } from './authorise.ts';
export { BoundedMap } from './bounded.ts';
export { checkDevice, checkIdentity, checkSignInFor, DeedVerifier, enrolledOrigin, type VerifiedDeed } from './deed.ts';
export { Refusal, type RefusalReason } from './errors.ts';
export { EvidenceVerifier, type VerifiedSigner } from './evidence.ts';
export type { Issuer } from './issuerKeys.ts';
export { ProofVerifier } from './proof.ts';
export { readBytes } from './readBytes.ts';
export type { SignatureChecks } from './signatures.ts';
export {
  allowedPages,
  allowedPairs,
  type DecidedVault,
  decidedVault,
  newerList,
  type OrderedRotation,
  orderedRotations,
  statementHash,
  type VerifiedStatement,
  verifyStatement,
  verifyStatements,
} from './statements.ts';
export { type Identity, TokenVerifier } from './token.ts';
