import type { Party } from '../../model.ts';
import { Text } from './Text.tsx';

/** A whole address, in groups of four that copy as one. Left to right in every language; never shortened, since look-alikes share their ends. */
export function Address({ children: address }: { children: string }) {
  const [prefix, rest] = address.startsWith('0x') ? ['0x', address.slice(2)] : ['', address];
  const groups = rest.match(/.{1,4}/gu) ?? [];
  return (
    <bdi class="address" dir="ltr" translate={false}>
      {groups.map((group, at) => (
        <span key={at} class="group">
          {at === 0 ? prefix + group : group}
        </span>
      ))}
    </bdi>
  );
}

/** By name where the wallet knows one, else by its whole address. */
export function PartyName({ party }: { party: Party }) {
  return party.name === null ? <Address>{party.address}</Address> : <Text class="name">{party.name}</Text>;
}
