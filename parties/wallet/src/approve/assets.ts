import { parseAddress, toChecksumAddress } from '@symbolon/chains/evm';
import * as v from 'valibot';
import { plainText } from '../explain/text.ts';
import { readToken } from '../explain/tokens.ts';
import { chainOf, connectedPerson, type Handler } from './asking.ts';
import { DappRefusal } from './errors.ts';
import { addressText, readParams } from './params.ts';

const assetSchema = v.object({
  type: v.string(),
  options: v.object({
    address: addressText,
    symbol: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(11))),
    decimals: v.optional(v.union([v.pipe(v.string(), v.digits(), v.transform(Number)), v.number()])),
  }),
});
/** EIP-747 has one object; some providers wrap it into a list. */
const paramsSchema = v.union([
  assetSchema,
  v.pipe(
    v.tuple([assetSchema]),
    v.transform(([one]) => one),
  ),
]);

/** EIP-747. True where the person agreed. */
export const watchAsset: Handler = async (asking, asked) => {
  const { type, options } = readParams(paramsSchema, asked.params);
  if (type !== 'ERC20') throw new DappRefusal('asset-unsupported');
  await connectedPerson(asking);
  const address = toChecksumAddress(parseAddress(options.address.toLowerCase()));
  const said = await asking.desk.work(() => readToken(chainOf(asking, asked.chainId), address), asked.signal);
  const symbol = plainText(options.symbol ?? said?.symbol ?? '?', 11);
  const decimals = options.decimals ?? said?.decimals ?? 18;
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 36) {
    throw new DappRefusal('params-invalid', 'params.options.decimals: expected 0 to 36');
  }
  const token = { address, name: null };
  await asking.attention.ask({ ask: 'watch-asset', app: asking.app, token, symbol, decimals }, asked.signal);
  asking.desk.show({ step: 'done', outcome: 'approved' });
  return true;
};
