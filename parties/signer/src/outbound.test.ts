import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createDevelopmentRoot, extension, ownCertificate } from '@symbolon/attestation/develop';
import { outbound } from './outbound.ts';

const closing: Server[] = [];
const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  closing.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
after(() => {
  for (const server of closing) server.close().unref();
});

/** A relay that keeps what it was asked and every byte that passed. */
async function startRelay(refuse = false) {
  const asked: string[] = [];
  const passed: Buffer[] = [];
  const port = await listen(
    createServer((socket) => {
      socket.once('data', (head) => {
        asked.push(head.toString('latin1').split('\r\n')[0] ?? '');
        if (refuse) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        const [, host, target] = /CONNECT (\S+):(\d+)/.exec(head.toString('latin1')) ?? [];
        const there = connect({ host: host ?? '', port: Number(target) }, () => {
          // In two parts: the word of a relay need not come in one piece.
          socket.write('HTTP/1.1 200 ');
          setTimeout(() => socket.write('OK\r\n\r\n'), 5);
        });
        for (const [from, to] of [
          [socket, there],
          [there, socket],
        ] as const) {
          from.on('data', (part) => passed.push(part));
          from.pipe(to);
          from.on('error', () => to.destroy());
        }
        return undefined;
      });
    }),
  );
  return { address: `127.0.0.1:${port}`, asked, passed };
}

describe('the way out through a relay', () => {
  let [plain, secure] = ['', ''];
  before(async () => {
    // A subject alternative name of 127.0.0.1, in DER.
    const name = extension('2.5.29.17', false, Uint8Array.of(0x30, 6, 0x87, 4, 127, 0, 0, 1));
    const identity = createDevelopmentRoot({ extensions: [name] });
    const key = identity.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const cert = new X509Certificate(ownCertificate(identity)).toString();
    setDefaultCACertificates([...getCACertificates('default'), cert]);
    const handler = (request: { url?: string | undefined }, response: { end(text: string): void }) =>
      response.end(`a secret answer to ${request.url}`);
    plain = `http://127.0.0.1:${await listen(createHttp(handler))}`;
    secure = `https://127.0.0.1:${await listen(createHttps({ key, cert }, handler))}`;
  });

  it('asks it for the party, and keeps its connections for the next requests', async () => {
    const relay = await startRelay();
    const { fetch } = outbound(relay.address);
    for (const path of ['/a', '/b', '/c', '/d', '/e', '/f']) {
      assert.equal(await (await fetch(plain + path)).text(), `a secret answer to ${path}`);
    }
    assert.ok(relay.asked.length <= 2, `${relay.asked.length} connections`);
    for (const line of relay.asked) assert.equal(line, `CONNECT ${new URL(plain).host} HTTP/1.1`);
  });

  it('TLS ends here: the relay sees nothing of what passes', async () => {
    const relay = await startRelay();
    const response = await outbound(relay.address).fetch(`${secure}/a`);
    assert.equal(await response.text(), 'a secret answer to /a');
    assert.ok(relay.passed.length > 0);
    assert.equal(Buffer.concat(relay.passed).includes('secret'), false);
  });

  it('a relay that refuses, or is not there, is an error', async () => {
    const { address } = await startRelay(true);
    await assert.rejects(outbound(address).fetch(plain));
    await assert.rejects(outbound('127.0.0.1:1').fetch(plain));
  });

  it('without a relay it goes straight', async () => {
    assert.equal(await (await outbound().fetch(`${plain}/a`)).text(), 'a secret answer to /a');
  });
});
