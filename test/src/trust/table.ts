import { type Cell, cells, type Half, parties } from './cells.ts';
import { type Expected, expected, expectedFurther } from './expected.ts';

export const marks = { begin: '<!-- trust matrix -->', end: '<!-- /trust matrix -->' } as const;

/** What the signer host's row means, and over what it was run. */
const signerHost =
  "The signer host is that of an enclave: it has everything but the memory inside and the security module's key. Its cells are run " +
  'over a plain process, with no more than that; alone, with the issuer and with the cloud also over an emulated enclave.';

/** One attacker's outcome in both halves. */
export type Outcomes = Partial<Record<Half, Expected>>;

/** The outcomes as the README has them. */
export function markdown(outcomes: ReadonlyMap<string, Outcomes>, further: ReadonlyMap<string, Expected>): string {
  const reasons = [
    ...new Set([...Object.values(expected), ...Object.values(expectedFurther)].flatMap(({ why }) => why ?? [])),
  ];
  const word = ({ key, signature }: Expected, why: string | undefined) => {
    const note = why === undefined ? '' : ` ${reasons.indexOf(why) + 1}`;
    return key === 'open' ? `**key**${note}` : signature === 'open' ? `**sign**${note}` : 'safe';
  };
  const cell = ({ name }: Cell) => {
    const { before, after } = outcomes.get(name) ?? {};
    if (before === undefined || after === undefined) return 'not run';
    const [first, second] = [word(before, expected[name]?.why), word(after, expected[name]?.why)];
    return first === second ? first : `${first}, then ${second}`;
  };
  const between = (one: string, other: string) =>
    cells.find(
      ({ who }) =>
        (one === other ? who.length === 1 : who.length === 2) &&
        [one, other].every((party) => who.some((it) => it === party)),
    );
  const grid = parties.map((one, row) => {
    const line = parties.map((other, column) => {
      const found = column < row ? undefined : between(one, other);
      return found === undefined ? '' : cell(found);
    });
    return `| **${one}** | ${line.join(' | ')} |`;
  });
  return [
    `| with | ${parties.join(' | ')} |`,
    `| --- |${' --- |'.repeat(parties.length)}`,
    ...grid,
    '',
    signerHost,
    '',
    ...[...further].map(([name, outcome]) => `- ${name}: ${word(outcome, expectedFurther[name]?.why)}`),
    '',
    ...reasons.map((why, index) => `${index + 1}. ${why}`),
  ].join('\n');
}

/** As expected, cell by cell. */
export const expectedMarkdown = (): string =>
  markdown(
    new Map(Object.entries(expected).map(([name, one]) => [name, { before: one, after: one }])),
    new Map(Object.entries(expectedFurther)),
  );
