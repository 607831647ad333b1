import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from './program.ts';
import { run } from './run.ts';
import { recordingIo } from './testIo.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-usage-'));
after(() => rmSync(folder, { recursive: true }));

async function symbolon(...args: string[]) {
  const io = recordingIo();
  const code = await run(['--home', folder, ...args], io);
  return { code, said: io.said, erred: io.erred };
}

test('--help of every command has examples that a person can copy', async () => {
  const program = createProgram(recordingIo(), { failed: false });
  const lines = allCommands(program, []);
  for (const wanted of [
    'up',
    'signin',
    'wallet import',
    'send',
    'devices approve',
    'verify evidence',
    'statement sign',
  ]) {
    assert.ok(lines.includes(wanted), wanted);
  }
  for (const line of lines) {
    const { code, said } = await symbolon(...line.split(' '), '--help');
    assert.equal(code, 0, line);
    assert.ok(said.startsWith(`Usage: symbolon ${line}`), line);
    assert.match(said, /\n {2}\$ .*symbolon /, line);
  }
});

test('the help at the top tells where to begin, the commands and the exit codes', async () => {
  const { code, said } = await symbolon('--help');
  assert.equal(code, 0);
  for (const wanted of [/Begin here:/, /\$ symbolon up/, /doctor/, /Exit codes: 0 done, 1 refused or failed, 2 not/]) {
    assert.match(said, wanted);
  }
});

test('a line that is not understood exits 2 and says what is wrong', async () => {
  for (const [args, complaint] of [
    [['sign'], /unknown command 'sign'/],
    [['send', '0x8ba1f109551bD432803012645Ac136ddd64DBA72'], /missing required argument 'amount'/],
    [['send', '0x8ba1', '1', 'more'], /too many arguments/],
    [['wallet', 'show', '--everything'], /unknown option '--everything'/],
    [['wallet', 'import', '--curve', 'p256'], /Allowed choices are secp256k1, ed25519/],
    [['statement', 'sign', 'x.json'], /required option '--key <file>'/],
  ] as const) {
    const { code, erred } = await symbolon(...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(erred, complaint);
  }
});

test('a private key is never taken as an argument', async () => {
  const { code, erred } = await symbolon('wallet', 'import', '46'.repeat(32));
  assert.equal(code, 2);
  assert.match(erred, /never taken as an argument/);
  assert.doesNotMatch(erred, /4646/, 'and is not repeated');
});

test('what fails exits 1 with message, code, and what to do next', async () => {
  for (const args of [['wallet', 'show'], ['doctor'], ['statement', 'list'], ['devices', 'request']]) {
    const { code, said, erred } = await symbolon(...args);
    assert.deepEqual([code, said], [1, '']);
    assert.match(
      erred,
      /^error: There is no Symbolon system in .* \(no-home\)\n {2}next: Start one with `symbolon up`/,
    );
  }
  const amount = await symbolon('send', '0x8ba1f109551bD432803012645Ac136ddd64DBA72', '1e18');
  assert.match(amount.erred, /"1e18" is no amount\. \(amount-invalid\)\n {2}next: Write it like 0\.01ether/);
  const device = await symbolon('wallet', 'show', '--device', '../../etc');
  assert.match(device.erred, /\(device-name\)/);
  const message = await symbolon('sign-message');
  assert.match(message.erred, /\(message-unclear\)\n {2}next: Give either TEXT or --hex/);
});

test('a home whose files are not what they should be is said to be so, without a word of them', async () => {
  const home = join(folder, 'broken');
  mkdirSync(home);
  for (const text of ['{', '{"v": 1, "secret": "hunter2"}', '']) {
    writeFileSync(join(home, 'deployment.json'), text);
    const { code, erred } = await symbolon('doctor', '--home', home);
    assert.equal(code, 1);
    assert.match(erred, /deployment\.json is not what it should be\. \(home-invalid\)/);
    assert.doesNotMatch(erred, /hunter2/);
  }
});

function allCommands(command: Command, path: string[]): string[] {
  return command.commands.flatMap((child) => {
    const line = [...path, child.name()];
    return [line.join(' '), ...allCommands(child, line)];
  });
}
