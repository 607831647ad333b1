/** Random bytes that are no secret: salts, nonces, challenges. Key material comes from `Secret.random`. */
export const randomBytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
