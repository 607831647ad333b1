import { isIP } from 'node:net';

/**
 * The key a client is limited by: its IPv4 address, or the /64 of its IPv6 address, since one host is usually given 2^64 of
 * those. `forwarded` (X-Forwarded-For) is anybody's claim and counts only where the peer itself is a proxy that the
 * configuration trusts: then it is the last entry that no trusted proxy wrote.
 */
export function clientAddress(
  peer: string | undefined,
  forwarded: string | null,
  trusted: ReadonlySet<string>,
): string {
  let address = plain(peer ?? '');
  if (trusted.has(address) && forwarded !== null) {
    const hops = forwarded.split(',').slice(-16);
    while (trusted.has(address)) {
      const hop = plain((hops.pop() ?? '').trim());
      if (isIP(hop) === 0) break;
      address = hop;
    }
  }
  return isIP(address) === 6 ? network64(address) : address || 'unknown';
}

const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');

function network64(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...gap, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
