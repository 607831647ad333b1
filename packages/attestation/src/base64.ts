import type { Bytes } from './bytes.ts';

/** Decodes base64, padded or not. Throws DOMException for anything else. */
export function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
