import { type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { CliError } from '../errors.ts';

export interface Answer {
  status: number;
  /** Names in lower case; values of a header that came several times are joined by a comma. */
  headers: Record<string, string>;
  body: Uint8Array;
}

const timeoutMs = 10_000;

/**
 * What a web server answers to GET: exactly, without following redirects. Names below `localhost` are this machine, as in every
 * browser (RFC 6761), also where the system's resolver does not know that. Throws CliError `page-unreachable`.
 */
export async function get(url: URL, maximum: number): Promise<Answer> {
  try {
    return await ask(url, maximum);
  } catch (cause) {
    const hint = 'Is the address right, and the server up?';
    throw new CliError('page-unreachable', `${url.href} cannot be read: ${(cause as Error).message}.`, hint);
  }
}

function ask(url: URL, maximum: number): Promise<Answer> {
  const send = url.protocol === 'https:' ? secure : plain;
  const here = url.hostname.endsWith('.localhost');
  return new Promise((resolve, reject) => {
    const request = send(
      here ? new URL(url.pathname + url.search, `${url.protocol}//127.0.0.1:${url.port || 80}`) : url,
      { headers: { host: url.host, 'accept-encoding': 'identity' }, timeout: timeoutMs },
      (response) => void read(response, maximum).then(resolve, reject),
    );
    request.once('timeout', () => request.destroy(new Error('no answer in time')));
    request.once('error', reject);
    request.end();
  });
}

async function read(response: IncomingMessage, maximum: number): Promise<Answer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    length += part.length;
    if (length > maximum) throw new Error(`it is longer than ${maximum} bytes`);
    parts.push(part);
  }
  const headers: Record<string, string> = {};
  for (let index = 0; index < response.rawHeaders.length; index += 2) {
    const name = (response.rawHeaders[index] ?? '').toLowerCase();
    const value = response.rawHeaders[index + 1] ?? '';
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { status: response.statusCode ?? 0, headers, body: new Uint8Array(Buffer.concat(parts)) };
}
