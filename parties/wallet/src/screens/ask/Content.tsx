import type { Explained, Field, Sentence } from '../../model.ts';
import { useLanguage } from '../context.ts';
import { Address } from '../pieces/Address.tsx';
import { AmountText } from '../pieces/AmountText.tsx';
import { Copy } from '../pieces/Copy.tsx';
import { Fact, Facts } from '../pieces/Facts.tsx';
import { Icon } from '../pieces/Icon.tsx';
import { Exact, Text } from '../pieces/Text.tsx';
import { partiesToShow } from './sentence.tsx';

/** What stands under the sentence: the descriptor's own words, whom the sentence names, what comes and goes, the fee. */
export function Essentials({ what, sends }: { what: Explained; sends: boolean }) {
  const { words } = useLanguage();
  const parties = partiesToShow(what.sentence);
  return (
    <>
      {what.detail !== null && (
        <p class="lead">
          <Text>{what.detail}</Text>
        </p>
      )}
      {sends && <Changes what={what} />}
      {(parties.length > 0 || what.fee !== null) && (
        <Facts>
          {parties.map(({ address, name }) => (
            <Fact key={address} name={name === null ? words.watchAsset.token : <Text>{name}</Text>}>
              <Address>{address}</Address>
            </Fact>
          ))}
          {what.fee !== null && (
            <Fact name={words.ask.fee}>
              <AmountText amount={what.fee} />
            </Fact>
          )}
        </Facts>
      )}
    </>
  );
}

/** Said by a warning already, or true for this instant only: an allowance takes nothing until it is used. */
function isMisleading({ changes, sentence, warnings }: Explained): boolean {
  if (changes === null) return warnings.some(({ what }) => what === 'not-simulated' || what === 'will-fail');
  return changes.length === 0 && ['token-allow', 'allow-all', 'permit'].includes(sentence.kind);
}

function Changes({ what }: { what: Explained }) {
  const { words } = useLanguage();
  const { changes } = what;
  if (isMisleading(what)) return null;
  return (
    <section class="changes">
      <h2>{words.ask.changes}</h2>
      {changes === null && <p class="hint">{words.ask.noEstimate}</p>}
      {changes?.length === 0 && <p class="hint">{words.ask.noChanges}</p>}
      {changes !== null && changes.length > 0 && (
        <ul>
          {changes.map(({ direction, amount }) => (
            <li key={`${direction} ${amount.text} ${amount.symbol}`} class={direction}>
              <Icon name={direction} />
              <span>{words.ask[direction]}</span>
              <AmountText amount={amount} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The sentence says all of these: their fields are technicalities. */
const plainKinds: ReadonlySet<Sentence['kind']> = new Set([
  'send',
  'token-send',
  'token-allow',
  'token-disallow',
  'item-allow',
  'item-disallow',
  'allow-all',
  'disallow-all',
  'create-contract',
]);

/** Everything else: decoded fields, and what is signed as it stands. A message is its own content, so it is never folded away. */
export function Everything({ what: { sentence, fields, raw } }: { what: Explained }) {
  const { words } = useLanguage();
  if (sentence.kind === 'message' || sentence.kind === 'unreadable-message') {
    return <Exact label={words.ask.message}>{raw}</Exact>;
  }
  const own = plainKinds.has(sentence.kind);
  const list = fields.length > 0 && <Fields fields={fields} ofWallet={own || sentence.kind === 'sign-in'} />;
  return (
    <>
      {!own && list && (
        <section>
          <h2>{words.ask.content}</h2>
          {list}
        </section>
      )}
      <details class="disclosure">
        <summary>{own ? words.ask.details : words.ask.raw}</summary>
        {own && list}
        <Exact label={words.ask.raw}>{raw}</Exact>
        <Copy text={raw} />
      </details>
    </>
  );
}

/** `ofWallet`: the names are the wallet's own, and said in the person's language; an app's names are data, and stay. */
function Fields({ fields, ofWallet }: { fields: Field[]; ofWallet: boolean }) {
  const { words } = useLanguage();
  const nameOf = (label: string) => (ofWallet && Object.hasOwn(words.fields, label) ? words.fields[label] : undefined);
  return (
    <Facts>
      {fields.map((field, at) => (
        <Fact key={at} name={nameOf(field.label) ?? <Text>{field.label}</Text>} depth={field.depth ?? 0}>
          <FieldValue field={field} />
        </Fact>
      ))}
    </Facts>
  );
}

function FieldValue({ field: { value, address } }: { field: Field }) {
  if (address === undefined) return <Text>{value}</Text>;
  return (
    <>
      {value !== address && <Text>{value}</Text>}
      <span class="with-copy">
        <Address>{address}</Address>
        <Copy text={address} compact />
      </span>
    </>
  );
}
