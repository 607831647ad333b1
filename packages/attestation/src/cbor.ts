import { type DecodeOptions, decode, Token, Tokenizer, Type } from 'cborg';
import type { Bytes } from './bytes.ts';
import { refuse } from './error.ts';

const MAX_DEPTH = 8;

const OPTIONS = {
  strict: true,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowUndefined: false,
  allowBigInt: false,
  allowInfinity: false,
  allowNaN: false,
} satisfies DecodeOptions;

/**
 * Decodes one CBOR item (RFC 8949) as Nitro documents use it: maps become `Map`, byte strings `Uint8Array`. Lengths may
 * be definite or indefinite, since both forms are in the field. Refused as `malformed`: anything after the item, duplicate
 * keys, longer than necessary integers and lengths, floats, tags, `undefined`, integers beyond 2^53, nesting over 8.
 */
export function decodeCbor(bytes: Bytes): unknown {
  return decodeBy(new StrictTokenizer(bytes), bytes);
}

/** The same, indefinite lengths refused too: for forms that have none. */
export function decodeDefiniteCbor(bytes: Bytes): unknown {
  return decodeBy(new DefiniteTokenizer(bytes), bytes);
}

function decodeBy(tokenizer: StrictTokenizer, bytes: Bytes): unknown {
  try {
    return decode(bytes, { ...OPTIONS, tokenizer });
  } catch {
    // The decoder's own words quote the input, and errors end up in logs.
    return refuse('malformed', 'not CBOR as evidence uses it');
  }
}

/** Feeds cborg's decoder; adds chunked strings, which it lacks, and takes away what evidence has no use for. */
class StrictTokenizer {
  readonly #data: Bytes;
  /** Items still to come in each open container; Infinity where a break ends it. */
  readonly #open: number[] = [];
  #inner: Tokenizer;
  #base = 0;

  constructor(data: Bytes) {
    this.#data = data;
    this.#inner = new Tokenizer(data, OPTIONS);
  }

  pos(): number {
    return this.#base + this.#inner.pos();
  }

  done(): boolean {
    return this.#inner.done();
  }

  next(): Token {
    const initial = this.#data[this.pos()];
    const token = initial === 0x5f || initial === 0x7f ? this.#chunked(initial) : this.#inner.next();
    this.#account(token);
    return token;
  }

  /** RFC 8949 3.2.3: chunks of the same major type, each of definite length, up to a break. */
  #chunked(initial: number): Token {
    this.#base = this.pos() + 1;
    this.#inner = new Tokenizer(this.#data.subarray(this.#base), OPTIONS);
    const type = initial === 0x5f ? Type.bytes : Type.string;
    const chunks: Token[] = [];
    for (let chunk = this.#inner.next(); !Type.equals(chunk.type, Type.break); chunk = this.#inner.next()) {
      if (!Type.equals(chunk.type, type)) throw new Error('a chunk of another type in a string');
      chunks.push(chunk);
    }
    const value =
      initial === 0x5f ? Uint8Array.from(chunks.flatMap((c) => [...c.value])) : chunks.map((c) => c.value).join('');
    return new Token(type, value);
  }

  #account({ type, value }: Token): void {
    if (Type.equals(type, Type.float)) throw new Error('a float');
    if (Type.equals(type, Type.array)) this.#enter(value);
    else if (Type.equals(type, Type.map)) this.#enter(2 * value);
    else if (Type.equals(type, Type.break)) this.#break();
    else this.#complete();
  }

  #enter(items: number): void {
    if (this.#open.length === MAX_DEPTH) throw new Error('nested too deeply');
    if (items === 0) this.#complete();
    else this.#open.push(items);
  }

  /** The decoder takes a break in place of a map's value for the value; counting here, the break it then lacks is misplaced. */
  #break(): void {
    if (this.#open.pop() !== Infinity) throw new Error('a misplaced break');
    this.#complete();
  }

  /** One item ended, and with it every definite container of which it was the last. */
  #complete(): void {
    for (let remaining = this.#open.pop(); remaining !== undefined; remaining = this.#open.pop()) {
      if (remaining === 1) continue;
      this.#open.push(remaining - 1);
      return;
    }
  }
}

class DefiniteTokenizer extends StrictTokenizer {
  readonly #bytes: Bytes;

  constructor(bytes: Bytes) {
    super(bytes);
    this.#bytes = bytes;
  }

  override next(): Token {
    // Additional information 31 says an indefinite length, or a break, and nothing else (RFC 8949 3.2.1).
    if (((this.#bytes[this.pos()] ?? 0) & 0x1f) === 0x1f) throw new Error('an indefinite length');
    return super.next();
  }
}
