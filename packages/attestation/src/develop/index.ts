export { createDevelopmentRoot, issueIntermediate, issueLeaf } from './authority.ts';
export { type DocumentFields, payloadMap, signDocument, signPayload } from './document.ts';
export { type CertificateFields, extension, type Identity, ownCertificate } from './issue.ts';
