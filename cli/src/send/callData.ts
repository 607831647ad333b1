import { CliError } from '../errors.ts';

/** What to call at a contract, as 0x hex; nothing where nothing is given. Throws CliError `data-invalid`. */
export function callData(text = '0x'): string {
  if (/^0x(?:[0-9a-fA-F]{2})*$/.test(text)) return text;
  const shown = text.length > 40 ? `${text.slice(0, 40)}...` : text;
  const hint = 'Write 0x and two hex digits for each byte: 0xd0e30db0';
  throw new CliError('data-invalid', `--data "${shown}" is not bytes in hex.`, hint);
}
