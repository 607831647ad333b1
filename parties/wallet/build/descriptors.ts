import { createHash } from 'node:crypto';
import { buildIndex } from '@symbolon/clear-signing';
import { descriptorFiles, snapshot } from '@symbolon/clear-signing/registry';

/** Descriptor files by path (`/descriptors/SHA256.json`), and the hex SHA-256 of their index, which is one of them. */
export interface Descriptors {
  files: ReadonlyMap<string, Uint8Array>;
  index: string;
}

/** What the page needs of a registry: each usable descriptor, its includes merged, by its own hash, and the index of all. */
export async function registryDescriptors(root: string = snapshot): Promise<Descriptors> {
  const { index, descriptors } = await buildIndex(descriptorFiles(root));
  const written = Buffer.from(JSON.stringify(index));
  const hash = createHash('sha256').update(written).digest('hex');
  const files = new Map([[addressOf(hash), new Uint8Array(written)]]);
  for (const [id, json] of descriptors) files.set(addressOf(id), new TextEncoder().encode(json));
  return { files, index: hash };
}

const addressOf = (hash: string): string => `/descriptors/${hash}.json`;
