import { ClearSigningError } from '../errors.ts';
import { limits } from '../limits.ts';

/** One selector of a path. A slice without ends takes all; ends count from the back where negative. */
export type Step =
  | { kind: 'name'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'slice'; start: number | null; end: number | null };

/** A path: into the data (`#`), the descriptor (`$`), the container (`@`), or the structure around it (null). */
export interface Path {
  root: '#' | '$' | '@' | null;
  steps: Step[];
}

/**
 * Parses a path (ERC-7730, "Path references"): `#.params.path.[0:20]`. `name[0]` is read as `name.[0]`.
 *
 * @throws ClearSigningError `descriptor-invalid`
 */
export function parsePath(text: string): Path {
  const rooted = /^[#$@](?=\.|$)/.exec(text);
  const rest = rooted === null ? text : text.slice(2);
  const root = rooted === null ? null : (text.charAt(0) as '#' | '$' | '@');
  const pieces = rest === '' ? [] : rest.replace(/([^.])\[/g, '$1.[').split('.');
  if (pieces.length > limits.depth * 2) throw invalid(text);
  return { root, steps: pieces.map((piece) => parseStep(piece, text)) };
}

function parseStep(piece: string, text: string): Step {
  if (/^[A-Za-z_$][A-Za-z0-9_$-]*$|^[0-9]+$/.test(piece)) return { kind: 'name', name: piece };
  const bracket = /^\[(?:(-?[0-9]{1,6})|(-?[0-9]{1,6})?:(-?[0-9]{1,6})?)?\]$/.exec(piece);
  if (bracket === null) throw invalid(text);
  const [index, start, end] = bracket.slice(1).map((digits) => (digits === undefined ? null : Number(digits)));
  if (typeof index === 'number') return { kind: 'index', index };
  return { kind: 'slice', start: start ?? null, end: end ?? null };
}

/** One spelling for each path, to compare a placeholder with a field. `base` is where a relative path starts. */
export function spellPath(path: Path, base: readonly Step[] = []): string {
  const steps = path.root === null ? [...base, ...path.steps] : path.steps;
  return [path.root ?? '#', ...steps.map(spellStep)].join('.');
}

function spellStep(step: Step): string {
  if (step.kind === 'name') return step.name;
  if (step.kind === 'index') return `[${step.index}]`;
  return step.start === null && step.end === null ? '[]' : `[${step.start ?? ''}:${step.end ?? ''}]`;
}

function invalid(text: string): ClearSigningError {
  return new ClearSigningError('descriptor-invalid', `not a path: ${text.slice(0, 80)}`);
}
