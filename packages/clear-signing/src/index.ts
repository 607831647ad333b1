export { type BuiltIndex, buildIndex, type DescriptorFile } from './buildIndex.ts';
export type { Hex } from './bytes.ts';
export { type ClearSigningCode, ClearSigningError } from './errors.ts';
export { explain, joinSentences, type Request } from './explain.ts';
export type { ExplainedField, Explanation, FieldWarning, SentencePart } from './explanation.ts';
export { type Index, indexedRegistry } from './indexed.ts';
export type { DescriptorId, Registry, StandardEntry } from './registry.ts';
export type { ChainNames, Sources, TokenInfo } from './sources.ts';
export type { TypedDataInput } from './typedData/typedData.ts';
