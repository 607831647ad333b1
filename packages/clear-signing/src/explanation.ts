import type { Hex } from './bytes.ts';
import type { DescriptorId } from './registry.ts';

/**
 * What a person should know about one value:
 * - `unknown-token`, `unknown-collection`, `unknown-chain`, `unknown-block`: no source knows it, so it is shown raw
 * - `unknown-value`: a value that the descriptor's enumeration does not name, shown raw
 * - `unknown-call`: a call inside that no descriptor explains, shown as its bytes
 * - `wrong-format`: the descriptor's format does not fit the value, which is shown raw
 * - `wrong-address-type`: not of the type that the descriptor expects (a contract where an account should be...)
 * - `encrypted`: shown by a label, since it could not be decrypted
 */
export type FieldWarning =
  | 'unknown-token'
  | 'unknown-collection'
  | 'unknown-chain'
  | 'unknown-block'
  | 'unknown-value'
  | 'unknown-call'
  | 'wrong-format'
  | 'wrong-address-type'
  | 'encrypted';

/** One line: a label of the descriptor and a value of the request. All text is plain text, whoever wrote it. */
export interface ExplainedField {
  label: string;
  value: string;
  /** The descriptor's word: `raw`, `tokenAmount`, `addressName`... */
  format: string;
  /** EIP-55. Where the value stands for an address, under whatever name: to be shown or to be had beside it. */
  address?: Hex;
  /** EIP-55. The token that an amount is of. */
  token?: Hex;
  /** A call inside the request, explained by its own descriptor. `value` then holds its bytes. */
  call?: Explanation;
  /** The chain's own currency that goes with such a call, where the descriptor says how much. */
  amount?: string;
  /** Where `value` is only a label: the encrypted value as it is in the data. */
  encrypted?: Hex;
  /** Labels of the groups around it, outermost first. */
  groups?: string[];
  /** To be shown before this element of an array. */
  separator?: string;
  /** The wallet may leave it out of a small screen. */
  optional?: true;
  warnings?: FieldWarning[];
}

/** A piece of a sentence; `value` pieces come from the request and can be set apart from the descriptor's own words. */
export interface SentencePart {
  kind: 'text' | 'value';
  text: string;
}

/** A request in words. */
export interface Explanation {
  /** The descriptor whose words these are. */
  descriptor: DescriptorId;
  intent: string;
  /** The descriptor's sentence with the values in it; left out where it has none, or where any value can't stand in it. */
  interpolatedIntent?: string;
  /** The same, in pieces. */
  sentence?: SentencePart[];
  owner: string | null;
  contractName: string | null;
  url: string | null;
  fields: ExplainedField[];
}
