import { rawText, type Value } from '../../abi/value.ts';
import { checksumAddress } from '../../bytes.ts';
import type { ExplainedField, FieldWarning } from '../../explanation.ts';
import type { Context } from '../context.ts';
import type { Params } from '../resolve.ts';

/** What a formatter makes of one value: a line without its label. */
export type Shown = Pick<ExplainedField, 'value' | 'address' | 'token' | 'call' | 'amount' | 'encrypted' | 'warnings'>;

/** Makes one value readable. It never throws for what a source does not know: it shows the value raw, and says so. */
export type Formatter = (value: Value, params: Params, context: Context) => Promise<Shown> | Shown;

/** The value as it is in the data. */
export function raw(value: Value, warning?: FieldWarning): Shown {
  const shown: Shown = { value: rawText(value) };
  if (value.kind === 'address') shown.address = checksumAddress(value.value);
  if (warning !== undefined) shown.warnings = [warning];
  return shown;
}
