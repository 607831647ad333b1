import { type ErrorTrace, isPlainWords, traceOf } from './plain.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

/** What may be logged of a request or an act. Other values are dropped whatever their type says. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

type Write = (event: string, fields?: Fields) => void;

export type Logger = {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  /** `thrown` is logged by its class, its code and where it was thrown; its message never is. */
  readonly error: (event: string, fields?: Fields, thrown?: unknown) => void;
  readonly enabled: (level: Level) => boolean;
  /** How many fields and events were withheld so far. */
  readonly withheld: () => number;
};

export type LoggerOptions = {
  readonly party: string;
  /** The only field names that are ever written. */
  readonly fields: readonly string[];
  /** Default `info`. */
  readonly level?: Level;
  /** Takes one line; default: standard error. */
  readonly write?: (line: string) => void;
};

/**
 * Structured JSON lines. Secrets stay out by construction: only the listed fields; only finite numbers, booleans and strings of
 * plain words (lower case, short, no spaces: see `plain.ts`), a form that hex, base64, seed phrases and tokens do not have; no
 * bytes, objects or error messages at all.
 */
export function createLogger({ party, fields, level = 'info', write = toStandardError }: LoggerOptions): Logger {
  const allowed: ReadonlySet<string> = new Set(fields);
  const lowest = levels.indexOf(level);
  let withheld = 0;

  const admit = (name: string, value: unknown): boolean => {
    if (value === undefined) return false;
    if (allowed.has(name) && isLoggable(value)) return true;
    withheld += 1;
    return false;
  };
  const line = (at: Level, event: string, given: Fields, trace?: ErrorTrace): void => {
    if (levels.indexOf(at) < lowest) return;
    const named = isPlainWords(event) ? event : 'unnamed';
    if (named !== event) withheld += 1;
    const admitted = Object.entries(given).filter(([name, value]) => admit(name, value));
    const record = { time: new Date().toISOString(), level: at, party, event: named };
    // The record last: no field may pass for the time, the level or the party.
    write(`${JSON.stringify({ ...record, ...Object.fromEntries(admitted), ...trace, ...record })}\n`);
  };
  return {
    debug: (event, given = {}) => line('debug', event, given),
    info: (event, given = {}) => line('info', event, given),
    warn: (event, given = {}) => line('warn', event, given),
    error: (event, given = {}, thrown) =>
      line('error', event, given, thrown === undefined ? undefined : traceOf(thrown)),
    enabled: (asked) => levels.indexOf(asked) >= lowest,
    withheld: () => withheld,
  };
}

function isLoggable(value: unknown): boolean {
  if (typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'string' && isPlainWords(value);
}

const toStandardError = (line: string): void => {
  process.stderr.write(line);
};
