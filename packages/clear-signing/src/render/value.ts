import { decodeArguments } from '../abi/decode.ts';
import { elementaryType } from '../abi/types.ts';
import { bytesOf, parseInteger, type Value } from '../abi/value.ts';
import { fromHex, toHex } from '../bytes.ts';
import type { FieldSpec } from '../descriptor/fields.ts';
import { ask } from '../sources.ts';
import { plain } from '../text/plain.ts';
import type { Context } from './context.ts';
import { formatters } from './formats/index.ts';
import { raw, type Shown } from './formats/shown.ts';
import type { Params } from './resolve.ts';

/** One value in its field's format; an encrypted one after decryption, or as a label where that is not possible. */
export async function renderValue(context: Context, spec: FieldSpec, value: Value, params: Params): Promise<Shown> {
  const encrypted = spec.encryption === null ? null : bytesOf(value);
  const readable = encrypted === null ? value : await decrypt(context, spec, encrypted);
  const shown =
    readable === null
      ? { value: spec.encryption?.fallbackLabel ?? '', warnings: ['encrypted' as const] }
      : await format(context, spec, readable, params);
  return { ...shown, value: plain(shown.value), ...(encrypted === null ? {} : { encrypted: toHex(encrypted) }) };
}

function format(context: Context, spec: FieldSpec, value: Value, params: Params): Promise<Shown> | Shown {
  const formatter = formatters.get(spec.format);
  if (formatter === undefined) return raw(value, 'wrong-format');
  return formatter('value' in spec.source && spec.format !== 'raw' ? numeric(value) : value, params, context);
}

/** A literal number may be written as a string, since JSON's own numbers end at 2^53. */
function numeric(value: Value): Value {
  const integer = value.kind === 'string' ? parseInteger(value.value) : null;
  return integer === null || (value.kind === 'string' && value.value.length === 42)
    ? value
    : { kind: 'int', bits: 256, value: integer };
}

async function decrypt(context: Context, spec: FieldSpec, handle: Uint8Array): Promise<Value | null> {
  const { container, sources } = context;
  const { chainId } = container;
  const plaintextType = spec.encryption?.plaintextType ?? null;
  const type = plaintextType === null ? null : elementaryType(plaintextType);
  if (type === null || plaintextType === null || spec.encryption === null || chainId === null) return null;
  const { scheme } = spec.encryption;
  const contract = container.to === null ? null : toHex(container.to);
  return ask(async () => {
    const word = await sources.decrypt?.({ chainId, contract, scheme, plaintextType, handle: toHex(handle) });
    const bytes = fromHex(word ?? '');
    return bytes === null ? null : (decodeArguments([{ name: 'plaintext', type }], bytes).get('plaintext') ?? null);
  });
}
