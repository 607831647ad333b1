import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type BuiltIndex, buildIndex, type DescriptorFile } from '../buildIndex.ts';
import { mergeIncludes } from '../descriptor/includes.ts';
import { ClearSigningError } from '../errors.ts';
import type { JsonObject } from '../json.ts';

/** The pinned snapshot of the registry. */
export const snapshot = resolve(import.meta.dirname, '../../registry');

/** A descriptor that a test file names, its includes merged. Files that do not lie there are taken from the snapshot. */
export function readNamed(testFile: string, descriptor: string): { path: string; json: JsonObject } {
  const path = locate(resolve(dirname(testFile), descriptor));
  const json = mergeIncludes(readJson(path), path, (include, from) => {
    const included = locate(resolve(dirname(from), include));
    return { json: readJson(included), path: included };
  });
  return { path, json };
}

/** The index of the registry that a descriptor lies in, for the calls inside calls; null for one that lies in none. */
export async function neighbours(descriptor: string): Promise<BuiltIndex | null> {
  const root = rootOf(descriptor);
  return root === null ? null : indexOf(root);
}

const built = new Map<string, Promise<BuiltIndex>>();

/** Builds a root's index once. */
export function indexOf(root: string): Promise<BuiltIndex> {
  const known = built.get(root) ?? buildIndex(descriptorFiles(root));
  built.set(root, known);
  return known;
}

/** Every descriptor below a registry's root, as it lays them out: `registry/PROTOCOL/*.json` and `ercs/*.json`. */
export function descriptorFiles(root: string): DescriptorFile[] {
  const protocols = list(join(root, 'registry')).filter((path) => statSync(path).isDirectory());
  const paths = [...protocols, join(root, 'ercs')].flatMap(list).filter((path) => path.endsWith('.json'));
  return paths.map((path) => ({ path: relative(root, path).split(sep).join('/'), json: readJsonOrNull(path) }));
}

/** The file itself; else the snapshot's of the same place, or the only one of its name. */
function locate(path: string): string {
  if (existsSync(path)) return path;
  const place = path.split(sep);
  const near = [place.slice(-3), place.slice(-2), ['registry', ...place.slice(-2)]].map((parts) =>
    join(snapshot, ...parts),
  );
  const found = near.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  const named = descriptorFiles(snapshot).filter((file) => basename(file.path) === basename(path));
  const only = named.length === 1 ? named[0] : undefined;
  if (only === undefined) throw new ClearSigningError('descriptor-invalid', `no file ${basename(path)}`);
  return join(snapshot, only.path);
}

function rootOf(descriptor: string): string | null {
  const protocols = dirname(dirname(descriptor));
  if (basename(protocols) === 'registry') return dirname(protocols);
  return basename(dirname(descriptor)) === 'ercs' ? protocols : null;
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new ClearSigningError('descriptor-invalid', `${basename(path)} is no JSON file`);
  }
}

function readJsonOrNull(path: string): unknown {
  try {
    return readJson(path);
  } catch {
    return null;
  }
}
