/** A reporter of node:test that names each file in which something failed, a line each. */
export default async function* failedFiles(source) {
  const named = new Set();
  for await (const { type, data } of source) {
    if (type !== 'test:fail' || data.file === undefined || named.has(data.file)) continue;
    named.add(data.file);
    yield `${data.file}\n`;
  }
}
