import type { Deployment } from '@symbolon/protocol';
import { ConfigError, type Database } from '@symbolon/service';

export const pinTable = 'CREATE TABLE pinned (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;';

/**
 * A store belongs to one deployment for life, and one born for production never runs as development (law 10).
 * Throws ConfigError `config-invalid`.
 */
export function pinDeployment({ statement }: Database, { id, mode }: Deployment): void {
  statement("INSERT INTO pinned (name, value) VALUES ('deployment', ?), ('mode', ?) ON CONFLICT DO NOTHING").run(
    id,
    mode,
  );
  const read = (name: string) => statement('SELECT value FROM pinned WHERE name = ?').get(name)?.['value'];
  if (read('deployment') !== id || read('mode') !== mode) {
    throw new ConfigError(
      'config-invalid',
      `This store belongs to the ${String(read('mode'))} deployment ${String(read('deployment'))}.`,
      'Start it with the deployment file it was made for; a production store never serves development.',
    );
  }
}
