/**
 * Where the engine gives up. A hostile dApp chooses the data, and whoever poisons a registry the descriptor: both could
 * otherwise keep the page busy, or bury the line that matters under ten thousand others.
 */
export const limits = {
  /** Bytes of calldata, or of a typed message's JSON. A transaction of more is refused by every node. */
  dataBytes: 128 * 1024,
  /** How deep types, JSON and field groups may nest. */
  depth: 16,
  /** How many calls may lie inside one another. */
  calls: 4,
  /** Lines shown in all, nested calls included. */
  fields: 512,
  /** Characters of a sentence with values in it; a longer one would push its end off the screen. */
  sentence: 600,
} as const;
