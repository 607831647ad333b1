import type { EvmIntent } from '@symbolon/chains/evm';
import {
  type DeviceCrypto,
  type DeviceKey,
  MemoryStorage,
  Parties,
  type SignedIntent,
  SignerTrust,
  Statements,
  type TokenSource,
  type Transport,
  type Wallet,
  WalletClient,
} from '@symbolon/client';
import { type Secret, toBase64url } from '@symbolon/crypto';
import { type Deployment, thumbprint } from '@symbolon/protocol';
import type { TestIssuer, TestPerson } from './testIssuer.ts';

/** A token is minted anew well before a party would call it stale, ms. */
const renewAfter = 5 * 60_000;
/** A hop may take this long, ms: a load is meant to wait, not to ask again. */
const timeout = 30_000;

/** What the devices of one load share: the way to the parties, and the signer whose evidence was verified on it. */
export interface Shared {
  deployment: Deployment;
  issuer: TestIssuer;
  crypto: DeviceCrypto;
  transport: Transport;
  signers: SignerTrust;
}

export function share(deployment: Deployment, issuer: TestIssuer, crypto: DeviceCrypto, transport: Transport): Shared {
  const parties = new Parties(deployment, transport, timeout, undefined);
  const statements = new Statements(deployment, crypto.checks, parties, new MemoryStorage(), Date.now);
  const signers = new SignerTrust(deployment, parties, statements, Date.now);
  return { deployment, issuer, crypto, transport, signers };
}

/** A person with one device and one wallet. */
export class User {
  readonly wallet: Wallet;
  readonly #client: WalletClient;

  private constructor(client: WalletClient, wallet: Wallet) {
    this.wallet = wallet;
    this.#client = client;
  }

  /** Signs in and makes a wallet of a new secp256k1 key. Throws ClientError. */
  static async create(shared: Shared, key: DeviceKey, person: TestPerson): Promise<User> {
    const client = clientOf(shared, key, person);
    return new User(client, (await client.create(['secp256k1'])).wallet);
  }

  /** Signs in and makes a wallet of a given secp256k1 key, which is wiped. Throws ClientError. */
  static async importing(shared: Shared, key: DeviceKey, person: TestPerson, secret: Secret): Promise<User> {
    const client = clientOf(shared, key, person);
    return new User(client, (await client.importKey('secp256k1', secret)).wallet);
  }

  /** Through all parties, and verified here. Throws IntentError, ClientError: also where the kms's receipts do not fit. */
  async sign(intent: EvmIntent): Promise<SignedIntent> {
    const signed = await this.#client.sign(intent);
    if (signed.alarm !== null) throw signed.alarm;
    return signed;
  }
}

function clientOf({ issuer, ...shared }: Shared, key: DeviceKey, person: TestPerson): WalletClient {
  const tokens = tokensOf(issuer, key, person);
  const own = { storage: new MemoryStorage(), name: 'load', origin: 'symbolon-load', timeout };
  return new WalletClient({ ...shared, ...own, key, tokens });
}

function tokensOf(issuer: TestIssuer, key: DeviceKey, person: TestPerson): TokenSource {
  const nonce = toBase64url(thumbprint(key.point));
  let minted = Number.NEGATIVE_INFINITY;
  let token = '';
  return {
    token: async () => {
      const now = Date.now();
      if (now - minted > renewAfter) {
        token = issuer.mint(person, nonce, now);
        minted = now;
      }
      return token;
    },
  };
}
