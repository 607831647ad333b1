import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startMailbox } from './mailbox.ts';
import type { Message } from './messages.ts';
import { openMessages } from './messages.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'mailbox-'));
after(() => rmSync(dataDir, { recursive: true }));

const start = () => startMailbox({ smtpPort: 0, httpPort: 0, dataDir });

/** Speaks SMTP by hand, so that what arrives is exactly what a hostile sender writes. @returns the last answer */
async function speak(port: number, lines: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  let last = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    heard += chunk;
  });
  const answer = async () => {
    while (!/^\d{3} .*\r\n$/m.test(heard)) await once(socket, 'data');
    last = heard;
    heard = '';
  };
  await answer();
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    await answer();
  }
  socket.destroy();
  return last;
}

function mail(to: string, body: string): string[] {
  return ['HELO test', 'MAIL FROM:<sender@example.test>', `RCPT TO:<${to}>`, 'DATA', `${body}\r\n.`];
}

async function messagesOf(url: string, query: string): Promise<Message[]> {
  const response = await fetch(`${url}/api/messages?${query}`);
  assert.equal(response.status, 200);
  return (await response.json()) as Message[];
}

test('a mail is listed for its recipient, after the id one has already seen, also over a restart', async () => {
  let mailbox = await start();
  await speak(mailbox.smtpPort, mail('Ann@example.test', 'From: Issuer <i@example.test>\r\nSubject: one\r\n\r\nhello'));
  await speak(mailbox.smtpPort, mail('bob@example.test', 'Subject: two\r\n\r\nother'));
  const [first] = await messagesOf(mailbox.url, 'to=ann@example.test');
  assert.ok(first);
  assert.deepEqual(
    [first.to, first.from, first.subject, first.text.trim()],
    ['Ann@example.test', '"Issuer" <i@example.test>', 'one', 'hello'],
  );
  await mailbox.close();

  mailbox = await start();
  assert.deepEqual(await messagesOf(mailbox.url, `to=ann@example.test&after=${first.id}`), []);
  assert.equal((await messagesOf(mailbox.url, `after=${first.id}`)).length, 1);
  await mailbox.close();
  assert.equal(statSync(join(dataDir, 'mailbox.sqlite')).mode & 0o777, 0o600);
});

test('markup in a mail stays text, and the page allows no script', async () => {
  await using stack = new AsyncDisposableStack();
  const mailbox = await start();
  stack.defer(() => mailbox.close());
  await speak(mailbox.smtpPort, mail('eve@example.test', 'Subject: <script>s</script>\r\n\r\n<img src=x onerror=1>'));
  const response = await fetch(mailbox.url);
  const page = await response.text();
  assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  assert.ok(page.includes('&lt;script&gt;s&lt;/script&gt;') && page.includes('&lt;img src=x onerror=1&gt;'));
  assert.ok(!page.includes('<script>') && !page.includes('<img'));
});

test('a mail over the size limit is refused and not kept', async () => {
  await using stack = new AsyncDisposableStack();
  const mailbox = await start();
  stack.defer(() => mailbox.close());
  const body = `Subject: big\r\n\r\n${`${'x'.repeat(900)}\r\n`.repeat(400)}`;
  assert.match(await speak(mailbox.smtpPort, mail('big@example.test', body)), /^552/);
  assert.deepEqual(await messagesOf(mailbox.url, 'to=big@example.test'), []);
});

test('a request under another name than loopback is refused, as are other methods and bad ids', async () => {
  await using stack = new AsyncDisposableStack();
  const mailbox = await start();
  stack.defer(() => mailbox.close());
  const rebound = request(mailbox.url, { headers: { Host: 'evil.example' } }).end();
  const [response] = await once(rebound, 'response');
  response.resume();
  assert.equal(response.statusCode, 421);
  assert.equal((await fetch(mailbox.url, { method: 'POST' })).status, 405);
  assert.equal((await fetch(`${mailbox.url}/api/messages?after=-1`)).status, 400);
});

test('the last 500 messages are kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mailbox-cap-'));
  const messages = openMessages(folder);
  for (let n = 1; n <= 503; n++) messages.add({ to: 'a@b.test', from: '', subject: String(n), text: '' });
  const kept = messages.list({ after: 0 });
  messages.close();
  rmSync(folder, { recursive: true });
  assert.deepEqual([kept.length, kept[0]?.subject, kept.at(-1)?.subject], [500, '4', '503']);
});

test('the process says where it listens and ends at SIGTERM', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const ready = JSON.parse(String(line));
  assert.equal(ready.event, 'ready');
  assert.equal((await fetch(`${ready.url}/healthz`)).status, 200);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});
