import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const path = v.pipe(v.string(), v.regex(/^[\w@+:.-]+(\/[\w@+:.-]+)*$/));

const lockSchema = v.strictObject({
  v: v.literal(1),
  kernel: v.strictObject({ package: v.string(), image: path, modules: v.array(path) }),
  runtime: v.array(v.strictObject({ package: v.string(), from: path, to: path })),
  toolchain: v.array(v.string()),
  packages: v.record(
    v.string(),
    v.strictObject({
      version: v.string(),
      sha256,
      pool: path,
      snapshot: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)),
    }),
  ),
  npm: v.array(v.strictObject({ path, to: path, executable: v.boolean(), sha256 })),
});

/**
 * Everything that is in an image, or makes it, and is not source of ours (`inputs.lock.json`): Debian's packages with the kernel and
 * its modules in the order in which they load, the libraries that Node is linked to, the compiler of init; and the binaries that the
 * npm lockfile brings. All by SHA-256. `pool` is a package's path on any Debian mirror, `snapshot` its SHA-1, by which
 * snapshot.debian.org keeps it for good.
 */
export type Lock = v.InferOutput<typeof lockSchema>;

/** The folder of this workspace, and of the repository. */
export const enclaveRoot = join(import.meta.dirname, '..');
export const sourceRoot = join(enclaveRoot, '..');

export const readLock = (): Lock =>
  v.parse(lockSchema, JSON.parse(readFileSync(join(enclaveRoot, 'inputs.lock.json'), 'utf8')));
