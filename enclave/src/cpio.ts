/** What a ramdisk holds at a path: a folder, or a file with its content. */
export type Entry =
  | { readonly path: string; readonly kind: 'folder' }
  | { readonly path: string; readonly kind: 'file'; readonly content: Uint8Array; readonly executable: boolean };

const folderMode = 0o040555;
const [fileMode, executableMode] = [0o100444, 0o100555];
const headerBytes = 110;

/**
 * A ramdisk as Linux unpacks it: cpio, form `newc`, not compressed, so that no compressor's version has a say in its hash.
 * Everything belongs to root, is read-only and was changed at time 0; entries stand in the order of their paths, whose folders
 * are made as needed. Its length is a multiple of 512, so that another may follow.
 */
export function writeCpio(entries: readonly Entry[]): Uint8Array {
  const all = withFolders(entries).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const parts: Uint8Array[] = [];
  for (const [index, entry] of all.entries()) parts.push(...record(entry, index + 1));
  parts.push(header('TRAILER!!!', 0, 0, 0));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concat([...parts, padding(length, 512)]);
}

/** Every folder on the way to an entry. */
function withFolders(entries: readonly Entry[]): Entry[] {
  const all = new Map<string, Entry>();
  for (const entry of entries) {
    const names = entry.path.split('/');
    if (names.some((name) => name === '' || name === '.' || name === '..'))
      throw new RangeError(`${entry.path} is not a path in a ramdisk`);
    for (const index of names.keys()) {
      const path = names.slice(0, index).join('/');
      if (path !== '' && !all.has(path)) all.set(path, { path, kind: 'folder' });
    }
    if (all.get(entry.path)?.kind === 'file') throw new RangeError(`${entry.path} stands twice in a ramdisk`);
    all.set(entry.path, entry);
  }
  return [...all.values()];
}

function record(entry: Entry, inode: number): Uint8Array[] {
  if (entry.kind === 'folder') return [header(entry.path, folderMode, inode, 0)];
  const { path, content, executable } = entry;
  const mode = executable ? executableMode : fileMode;
  return [header(path, mode, inode, content.length), content, padding(content.length, 4)];
}

/** Magic and 13 fields of 8 hex digits, then the name with its zero, padded to 4. */
function header(path: string, mode: number, inode: number, size: number): Uint8Array {
  const name = Buffer.from(`${path}\0`);
  const [owner, group, links, time, device] = [0, 0, 1, 0, 0];
  const fields = [inode, mode, owner, group, links, time, size, device, device, device, device, name.length, 0];
  const text = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return concat([Buffer.from(text), name, padding(headerBytes + name.length, 4)]);
}

const padding = (length: number, to: number): Uint8Array => new Uint8Array((to - (length % to)) % to);

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
