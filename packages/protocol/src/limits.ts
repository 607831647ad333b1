const second = 1_000;
const minute = 60 * second;

/** How far two clocks may lie apart, ms. */
export const clockSkew = 60 * second;
/** Longest life of an envelope or message, ms: past it the kms may forget that a request was used. */
export const requestLife = 5 * minute;
/** How long a token serves after it was issued, ms. */
export const tokenLife = 10 * minute;
/** How recent the sign-in must be (`auth_time`) to enrol a key, ms. */
export const signInLife = 15 * minute;
/** How old evidence may be when a share leaves for its signer, ms. */
export const evidenceLife = 5 * minute;
/** How far the signed times of the two stores may lie from the signer's and from one another, ms. */
export const storeTimeWindow = 60 * second;
/** How long a creation may take until the kms forgets it, and would not activate it any more, ms. */
export const creationLife = 24 * 60 * minute;
/** Largest version of a deed, bytes: the longest chain of such, with the largest intent, still fits into one request. */
export const deedBytes = 4_352;
/** Largest intent, bytes. */
export const intentBytes = 48 * 1024;
/** Largest token, characters. */
export const tokenLength = 4_096;
/** Most releases in one message from a signer. */
export const releasesPerBatch = 64;
