import { STATUS_CODES } from 'node:http';

/** What a refusal says. `code` is stable and is what callers switch on; `hint` says what to do next. */
export type Refusal = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Seconds, sent as Retry-After. */
  readonly retryAfter?: number;
};

/** Thrown by a handler to refuse: the caller reads status, code, message and hint, so none may hold a secret. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly retryAfter: number | undefined;

  constructor({ status, code, message, hint, retryAfter }: Refusal) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.retryAfter = retryAfter;
  }
}

/** RFC 9457 problem details, as every party sends them. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  hint?: string;
};

/** The body of a refusal, RFC 9457 section 3.1. */
export function problemOf({ status, code, message, hint }: Refusal): Problem {
  return {
    type: `urn:symbolon:error:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    ...(message === '' ? {} : { detail: message }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/**
 * A thrown value as a refusal, if it was made to be one: it carries a stable `code` and an HTTP `status`, by structure, so
 * that errors of packages that know nothing of HTTP servers serve too. `undefined` for everything else: an error that
 * was not written for the caller may quote anything.
 */
export function refusalOf(thrown: unknown, defaultStatus?: number): Refusal | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code, status = defaultStatus, hint, retryAfter } = thrown as Error & Record<string, unknown>;
  if (typeof code !== 'string' || !/^[a-z][a-z0-9._-]{0,63}$/.test(code)) return undefined;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 400 || status > 599) return undefined;
  return {
    status,
    code,
    message: thrown.message,
    ...(typeof hint === 'string' ? { hint } : {}),
    ...(typeof retryAfter === 'number' ? { retryAfter } : {}),
  };
}
