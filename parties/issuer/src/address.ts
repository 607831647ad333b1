import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/**
 * The address a request came from. Behind a proxy it is the last entry of X-Forwarded-For, the one the proxy
 * wrote itself: all before it is the client's own claim, with which an attacker would be someone else each time.
 */
export function addressOf(request: IncomingMessage, behindProxy: boolean): string {
  const direct = request.socket.remoteAddress ?? '';
  if (!behindProxy) return direct;
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',');
  return forwarded.split(',').at(-1)?.trim() || direct;
}

/** The network an address is counted under: IPv4 /24, IPv6 /56, what one subscriber or one cheap server commands. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (!isIPv6(mapped)) return mapped.split('.').slice(0, 3).join('.');
  const [head = '', tail = ''] = (mapped.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  const bits = groups.slice(0, 4).map((group) => group.padStart(4, '0'));
  return bits.join(':').slice(0, -2);
}
