const narrowest = 40;
const widest = 110;

/**
 * A help text in the width of a terminal: paragraphs are broken anew, each line below its own indentation. Commands to be copied
 * (`  $ ...`) stay whole, since a broken one would do something else.
 */
export function fit(text: string, columns: number): string {
  const width = Math.min(Math.max(columns, narrowest), widest);
  return paragraphs(text.split('\n'))
    .flatMap((line) => (line.length <= width || line.startsWith('  $ ') ? [line] : broken(line, width)))
    .join('\n');
}

/** Lines without indentation that follow on one another are one paragraph, however they were written down. */
function paragraphs(lines: readonly string[]): string[] {
  const joined: string[] = [];
  for (const line of lines) {
    const last = joined[joined.length - 1];
    if (last !== undefined && isProse(last) && isProse(line)) joined[joined.length - 1] = `${last} ${line}`;
    else joined.push(line);
  }
  return joined;
}

// A heading ("Options:") stands alone.
const isProse = (line: string): boolean => /^\S/.test(line) && !/^[A-Z][^.]*:$/.test(line);

function broken(line: string, width: number): string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indent;
  for (const word of line.trim().split(' ')) {
    if (current.trim() !== '' && current.length + word.length >= width) {
      lines.push(current.trimEnd());
      current = indent;
    }
    current += `${word} `;
  }
  return [...lines, current.trimEnd()];
}
