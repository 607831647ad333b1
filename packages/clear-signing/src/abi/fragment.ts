import { type Hex, keccakText, toHex } from '../bytes.ts';
import { ClearSigningError } from '../errors.ts';
import { limits } from '../limits.ts';
import { canonical, elementaryType, type Member, withArrays } from './types.ts';

/** A function as a `display.formats` key names it. */
export interface FunctionFragment {
  name: string;
  inputs: Member[];
  /** `name(type,type)`. */
  signature: string;
  /** First 4 bytes of the signature's Keccak-256. */
  selector: Hex;
}

/**
 * Parses a human-readable function fragment (ERC-7730, "Contract keys"): `name(type name,(type name) name)`.
 * Any white space between tokens is accepted, since most published descriptors put a space after a comma.
 *
 * @throws ClearSigningError `descriptor-invalid`, `too-large`
 */
export function parseFragment(text: string): FunctionFragment {
  const tokens = text.match(/[A-Za-z_$][A-Za-z0-9_$]*|\[[0-9]*\]|[(),]|\S/g) ?? [];
  let at = 0;

  const fail = (): never => {
    throw new ClearSigningError('descriptor-invalid', `not a function: ${text.slice(0, 80)}`);
  };
  const word = (): string => {
    const token = tokens[at++] ?? fail();
    return /^[A-Za-z_$]/.test(token) ? token : fail();
  };
  const take = (token: string): void => {
    if (tokens[at++] !== token) fail();
  };

  const members = (depth: number): Member[] => {
    if (depth > limits.depth) throw new ClearSigningError('too-large', 'tuples nested too deeply');
    take('(');
    const list: Member[] = [];
    while (tokens[at] !== ')') {
      if (list.length > 0) take(',');
      const next = member(depth);
      // Of two parameters of one name, a path could only ever show one.
      if (next.name !== '' && list.some((other) => other.name === next.name)) fail();
      list.push(next);
    }
    take(')');
    return list;
  };
  const member = (depth: number): Member => {
    // `tuple(...)` is how some tools write `(...)`.
    if (tokens[at] === 'tuple' && tokens[at + 1] === '(') at++;
    const isTuple = tokens[at] === '(';
    const base = isTuple
      ? { kind: 'tuple' as const, name: '', members: members(depth + 1) }
      : (elementaryType(word()) ?? fail());
    // A value of an empty tuple takes no room in the data, so data could ask for endlessly many of them.
    if (base.kind === 'tuple' && base.members.length === 0) fail();
    let suffixes = '';
    while (tokens[at]?.startsWith('[')) suffixes += tokens[at++];
    let name = '';
    while (/^[A-Za-z_$]/.test(tokens[at] ?? '')) name = word();
    return { name, type: withArrays(base, suffixes) };
  };

  const name = word();
  const inputs = members(0);
  if (at !== tokens.length) fail();
  const signature = `${name}${canonical({ kind: 'tuple', name: '', members: inputs })}`;
  return { name, inputs, signature, selector: toHex(keccakText(signature).subarray(0, 4)) };
}
