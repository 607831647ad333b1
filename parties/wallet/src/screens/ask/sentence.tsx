import type { Party, Sentence } from '../../model.ts';
import type { Language } from '../../words/language.ts';
import type { Line } from '../../words/line.ts';
import { PartyName } from '../pieces/Address.tsx';
import { AmountText } from '../pieces/AmountText.tsx';
import { Text } from '../pieces/Text.tsx';

/** The one sentence of what will happen, in the person's language. */
export function sentenceLine(sentence: Sentence, { words, dateTime }: Language): Line {
  const say = words.sentence;
  switch (sentence.kind) {
    case 'send':
    case 'token-send':
      return say.send(<AmountText amount={sentence.amount} />, <PartyName party={sentence.to} />);
    case 'token-allow': {
      const { amount, token, spender } = sentence;
      return amount === null
        ? say.tokenAllowAll(<PartyName party={token} />, <PartyName party={spender} />)
        : say.tokenAllow(<AmountText amount={amount} />, <PartyName party={spender} />);
    }
    case 'token-disallow':
      return say.tokenDisallow(<PartyName party={sentence.token} />, <PartyName party={sentence.spender} />);
    case 'item-allow':
      return say.itemAllow(<AmountText amount={sentence.item} />, <PartyName party={sentence.spender} />);
    case 'item-disallow':
      return say.itemDisallow(<AmountText amount={sentence.item} />);
    case 'permit': {
      const { amount, token, spender, until } = sentence;
      const permit =
        amount === null
          ? say.permitAll(<PartyName party={token} />, <PartyName party={spender} />)
          : say.permit(<AmountText amount={amount} />, <PartyName party={spender} />);
      return until === null ? permit : say.until(permit, dateTime(until));
    }
    case 'allow-all':
      return say.allowAll(<PartyName party={sentence.collection} />, <PartyName party={sentence.operator} />);
    case 'disallow-all':
      return say.disallowAll(<PartyName party={sentence.collection} />, <PartyName party={sentence.operator} />);
    case 'create-contract':
      return say.createContract();
    case 'described': {
      const intent = <Text>{sentence.intent}</Text>;
      return sentence.owner === null ? [intent] : say.described(intent, <Text>{sentence.owner}</Text>);
    }
    case 'unknown-call':
      return say.unknownCall(<PartyName party={sentence.to} />);
    case 'message':
      return say.message();
    case 'unreadable-message':
      return say.unreadableMessage();
    case 'sign-in':
      return say.signIn(<Text class="host">{sentence.domain}</Text>);
    case 'typed-data': {
      const type = <Text>{sentence.primaryType}</Text>;
      return sentence.domain === null ? say.typedData(type) : say.typedDataFor(type, <Text>{sentence.domain}</Text>);
    }
    case 'calls':
      return say.calls(sentence.count);
  }
}

/** Those whom the sentence speaks of by a name only, or not at all: their addresses are shown below it. */
export function partiesToShow(sentence: Sentence): Party[] {
  switch (sentence.kind) {
    case 'send':
      return named(sentence.to);
    case 'token-send':
      return [...named(sentence.to), sentence.token];
    case 'token-allow':
    case 'permit':
      return [...named(sentence.spender), ...(sentence.amount === null ? named(sentence.token) : [sentence.token])];
    case 'token-disallow':
      return named(sentence.spender, sentence.token);
    case 'item-allow':
      return [...named(sentence.spender), sentence.collection];
    case 'item-disallow':
      return [sentence.collection];
    case 'allow-all':
    case 'disallow-all':
      return named(sentence.operator, sentence.collection);
    case 'unknown-call':
      return named(sentence.to);
    default:
      return [];
  }
}

function named(...parties: Party[]): Party[] {
  return parties.filter(({ name }) => name !== null);
}
