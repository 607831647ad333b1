import { STATUS_CODES } from 'node:http';
import { type Problem, ServiceError } from '@symbolon/service';

type Status = 400 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429 | 503;

interface More {
  /** Tries this sign-in has left. */
  triesLeft?: number;
  /** Seconds. */
  retryAfter?: number;
  /** For the log; never leaves the server. */
  cause?: unknown;
}

/** Why a step of the sign-in was refused; `code` is stable and for programs, message and hint are for people. */
export class Refused extends ServiceError {
  override readonly status: Status;
  override readonly hint: string;
  readonly triesLeft: number | undefined;

  constructor(
    status: Status,
    code: string,
    message: string,
    hint: string,
    { triesLeft, retryAfter, cause }: More = {},
  ) {
    super({ status, code, message, hint, ...(retryAfter === undefined ? {} : { retryAfter }) });
    this.status = status;
    this.hint = hint;
    this.triesLeft = triesLeft;
    this.cause = cause;
  }
}

/** The body of a refusal: RFC 9457 problem details, with how often and how soon one may try again. */
export function problemOf({ status, code, message, hint, triesLeft, retryAfter }: Refused): Problem & More {
  return {
    type: `urn:symbolon:error:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail: message,
    hint,
    ...(triesLeft === undefined ? {} : { triesLeft }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}
