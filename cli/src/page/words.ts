import type { PageReport } from './inspect.ts';

/** A report as lines for a person: the verdict last, after what was found and what could not be. */
export function reportInWords({ url, release, valid, findings, notProven }: PageReport): string[] {
  const lines = findings.map(({ what, ok, detail }) => `${ok ? 'ok   ' : 'WRONG'}  ${what}: ${detail}`);
  if (release === null) return [...lines, '', `${url} serves no release of the wallet.`];
  return [
    ...lines,
    '',
    'Not proven:',
    ...notProven.map((line) => `  - ${line}`),
    '',
    valid
      ? `${url} served this look exactly the release ${release.slice(0, 16)}..., which organisations allow.`
      : `${url} does NOT serve an allowed release as it is. Sign nothing there.`,
  ];
}
