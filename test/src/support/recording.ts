import { fetchTransport, type Transport } from '@symbolon/client';
import { type Answer, post } from './http.ts';

/** A message as it went over the wire, and what came back. */
export interface Recorded {
  url: string;
  type: string;
  body: Uint8Array;
  answer: Uint8Array;
}

/** The platform's transport, with somebody reading along. */
export function recordingTransport(into: Recorded[]): Transport {
  const carry = fetchTransport(fetch);
  return async (request) => {
    const answer = await carry(request);
    if (request.method === 'POST' && request.body !== undefined) {
      const type = request.contentType ?? 'application/cbor';
      into.push({ url: request.url, type, body: request.body, answer: answer.body });
    }
    return answer;
  };
}

/** The very same bytes once more. */
export const again = ({ url, type, body }: Recorded): Promise<Answer> => post(url, body, type);
