import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { maximumAnswer, type Transport, type TransportAnswer, type TransportRequest } from '../transport.ts';

/** Node's own HTTP over kept connections: a third of what its fetch costs. `close` ends the connections. */
export function keepAliveTransport(): { transport: Transport; close(): void } {
  const agent = new Agent({ keepAlive: true });
  const tlsAgent = new TlsAgent({ keepAlive: true });
  return {
    transport: (request) => {
      const secure = request.url.startsWith('https:');
      return send(secure ? httpsRequest : httpRequest, secure ? tlsAgent : agent, request);
    },
    close: () => {
      agent.destroy();
      tlsAgent.destroy();
    },
  };
}

function send(
  open: typeof httpRequest,
  agent: Agent,
  { url, method, contentType, body, timeout }: TransportRequest,
): Promise<TransportAnswer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(body === undefined ? {} : { 'content-length': body.length }),
    };
    const outgoing = open(url, { method, agent, headers }, (incoming) => {
      collect(incoming).then((bytes) => {
        clearTimeout(timer);
        resolve({ status: incoming.statusCode ?? 0, body: bytes });
      }, outgoing.destroy.bind(outgoing));
    });
    const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${timeout} ms`)), timeout);
    outgoing.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    outgoing.end(body);
  });
}

function collect(incoming: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    incoming.on('data', (part: Buffer) => {
      length += part.length;
      if (length > maximumAnswer) incoming.destroy(new RangeError('answer too large'));
      parts.push(part);
    });
    incoming.on('end', () => resolve(new Uint8Array(Buffer.concat(parts))));
    incoming.on('error', reject);
  });
}
