import type { Amount } from '../../model.ts';
import { useLanguage } from '../context.ts';
import { reveal } from './reveal.ts';

/** An exact amount, number and symbol kept in this order and together. */
export function AmountText({ amount: { text, symbol } }: { amount: Amount }) {
  const { number } = useLanguage();
  return (
    <bdi class="amount" dir="ltr">
      {number(text)}
      {symbol !== '' && (
        <>
          {' '}
          <bdi>{reveal(symbol)}</bdi>
        </>
      )}
    </bdi>
  );
}
