/**
 * Text that cannot be key material: at most 96 characters, lower case, no spaces, in words of at most 24. Hex of 16 bytes or
 * more is one long word; base64 and base58 of 32 bytes have capitals (all lower case by chance: below 2^-30); a seed phrase has
 * spaces; a JWT has all of that. Routes, error codes, addresses, versions and short reference numbers do pass.
 */
export function isPlainWords(text: string): boolean {
  return text.length <= 96 && /^[a-z0-9/:._@-]*$/.test(text) && text.split(/[/:._@-]/).every(isShort);
}

/** The same for an identifier in one case, as in `ERR_SOCKET_CLOSED`. */
function isPlainWord(text: string): boolean {
  return /^(?:[A-Z0-9_]{1,48}|[a-z0-9._-]{1,48})$/.test(text) && isPlainWords(text.toLowerCase());
}

/** An error without its words. */
export type ErrorTrace = {
  /** Class names and codes, the error first, then its causes. */
  readonly error: readonly string[];
  /** `folder/file:line:column`, innermost first. */
  readonly stack: readonly string[];
};

/**
 * What may be told of a thrown value. Messages quote input and are left out, also those that the text of a stack repeats: of each
 * of its lines only file, line and column are kept, and those only as plain words.
 */
export function traceOf(thrown: unknown): ErrorTrace {
  const names: string[] = [];
  let at: unknown = thrown;
  for (let depth = 0; depth < 4 && at !== undefined; depth += 1) {
    names.push(nameOf(at));
    at = at instanceof Error ? at.cause : undefined;
  }
  return { error: names, stack: thrown instanceof Error ? framesOf(thrown.stack) : [] };
}

function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `thrown-${typeof thrown}`;
  const name = /^(?:[A-Z][a-z]{1,15}){0,3}Error$/.test(thrown.name) ? thrown.name : 'Error';
  const code = 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' && isPlainWord(code) ? `${name}:${code}` : name;
}

function framesOf(stack: unknown): string[] {
  if (typeof stack !== 'string') return [];
  const frames: string[] = [];
  for (const line of stack.slice(0, 16_384).split('\n')) {
    const place = /^ +at (?:.* \()?(\S+:\d+:\d+)\)?$/.exec(line.slice(0, 400))?.[1];
    const frame = place?.split(/[/\\]/).slice(-3).join('/') ?? '';
    if (frame !== '' && isPlainWords(frame)) frames.push(frame);
    if (frames.length === 12) break;
  }
  return frames;
}

const isShort = (word: string): boolean => word.length <= 24;
