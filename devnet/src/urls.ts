import type { PartyName } from './parties.ts';
import type { Ports } from './ports.ts';

/** Where everything that speaks HTTP is reached, without a slash at the end. */
export type Urls = Record<Exclude<PartyName, 'dev-nsm'>, string>;

export function urlsOf(ports: Ports): Urls {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  // What people open are names: each an origin of its own, and a secure context.
  const named = (name: string, port: number) => `http://${name}.localhost:${port}`;
  return {
    mailbox: at(ports.mailbox),
    chain: at(ports.chain),
    issuer: at(ports.issuer),
    provider: at(ports.provider),
    kms: at(ports.kms),
    cloud: at(ports.cloud),
    signer: at(ports.signer),
    'web-host': named('wallet', ports['web-host']),
    dapp: named('dapp', ports.dapp),
    shop: named('shop', ports.shop),
  };
}
