import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fit } from './fit.ts';
import { run } from './run.ts';
import { recordingIo } from './testIo.ts';

async function help(columns: number, ...args: string[]): Promise<string> {
  const io = { ...recordingIo(), columns };
  const lines: string[] = [];
  await run([...args, '--help'], { ...io, out: (line) => lines.push(line) });
  return lines.join('\n');
}

test('help keeps within the terminal, narrow or wide, but for what is to be copied whole', async () => {
  for (const [columns, most] of [
    [40, 40],
    [72, 72],
    [100, 100],
    [400, 110],
  ] as const) {
    for (const command of [[], ['verify', 'evidence'], ['statement', 'new'], ['wallet', 'import'], ['rotate']]) {
      const long = (await help(columns, ...command)).split('\n').filter((line) => line.length > most);
      const unexplained = long.filter((line) => !line.startsWith('  $ ') && line.trim().includes(' '));
      // Commander keeps a column of options beside their names however narrow it is.
      if (columns >= 72) assert.deepEqual(unexplained, [], `${command.join(' ')} at ${columns}`);
      else
        assert.deepEqual(
          unexplained.filter((line) => !line.startsWith(' ')),
          [],
        );
    }
  }
});

test('a paragraph is broken anew, a command to be copied never is', () => {
  const command = `  $ symbolon send 0x8ba1f109551bD432803012645Ac136ddd64DBA72 0.01ether --wait`;
  const text = `Examples:\n${command}\n\none two three four five six seven eight nine\nten eleven twelve`;
  assert.equal(
    fit(text, 40),
    `Examples:\n${command}\n\none two three four five six seven eight\nnine ten eleven twelve`,
  );
});
