import { readFileSync } from 'node:fs';
import * as v from 'valibot';

/** A configuration with which a party does not start. `hint` says what to do about it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code:
    | 'config-unreadable'
    | 'config-invalid'
    | 'secret-file'
    | 'private-folder'
    | 'store-not-private'
    | 'store-too-new'
    | 'vault';
  readonly hint: string;

  constructor(code: ConfigError['code'], message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/**
 * The JSON configuration at `path`, as `schema` has it. Throws ConfigError: `config-unreadable`, or `config-invalid` naming the
 * field and what it should be. Its value is not repeated: somebody may have put a secret there.
 */
export function readConfig<const S extends v.GenericSchema>(path: string, schema: S): v.InferOutput<S> {
  const result = v.safeParse(schema, parsed(path, read(path)));
  if (result.success) return result.output;
  const [first, ...others] = result.issues;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new ConfigError(
    'config-invalid',
    `${path}: ${v.getDotPath(first) ?? 'the whole file'}: ${expectation(first)}${more}.`,
    `Correct that field in ${path} and start again.`,
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new ConfigError('config-unreadable', `${path} cannot be read.`, 'Create it, or name another file.');
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's own words quote the text around the mistake.
    const place = error instanceof Error ? (/ \(line \d+ column \d+\)/.exec(error.message)?.[0] ?? '') : '';
    throw new ConfigError(
      'config-unreadable',
      `${path} is not JSON${place}.`,
      'Look for a missing comma, quote or brace.',
    );
  }
}

// The library's own messages say what was received; a message of the schema's author says what to do.
function expectation(issue: v.BaseIssue<unknown>): string {
  if (!issue.message.startsWith('Invalid ')) return issue.message;
  if (issue.expected === null) return 'is not acceptable';
  return issue.expected === 'never' ? 'is not a field that exists' : `expected ${issue.expected}`;
}
