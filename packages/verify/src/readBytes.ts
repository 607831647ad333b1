/** A response's body of at most `maximum` bytes; a longer one is dropped unread. Throws Error. */
export async function readBytes(response: Response, maximum: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > maximum) throw new Error(`the answer is longer than ${maximum} bytes`);
    parts.push(part);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
