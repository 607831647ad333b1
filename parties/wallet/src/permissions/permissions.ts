import type { DeviceStorage, Lock } from '@symbolon/client';
import * as v from 'valibot';
import { Kept } from '../kept.ts';

const permissionSchema = v.strictObject({
  origin: v.string(),
  /** Checksummed. */
  address: v.string(),
  /** ms */
  since: v.number(),
  /** As the registry knew it then: shown in the account also where the cloud cannot be asked. */
  name: v.nullable(v.string()),
  icon: v.nullable(v.string()),
});
export type Permission = v.InferOutput<typeof permissionSchema>;

/** Which sites a person has connected, in this partition. One site sees one address, and sees it only after the person said so. */
export class Permissions {
  readonly #kept: Kept<Permission[]>;

  constructor(storage: DeviceStorage, lock: Lock) {
    this.#kept = new Kept(storage, lock, 'permissions', v.array(permissionSchema), []);
  }

  /** Every connection of an origin, whoever of this browser's persons made it. */
  async of(origin: string): Promise<Permission[]> {
    return (await this.#kept.read()).filter((one) => one.origin === origin);
  }

  async has(origin: string, address: string): Promise<boolean> {
    return (await this.of(origin)).some((one) => one.address === address);
  }

  async grant(permission: Permission): Promise<void> {
    const same = (one: Permission) => one.origin === permission.origin && one.address === permission.address;
    await this.#kept.change((all) => (all.some(same) ? all : [...all, permission]));
  }

  /** Takes back what `origin` may see of `address`. */
  async revoke(origin: string, address: string): Promise<void> {
    await this.#kept.change((all) => all.filter((one) => one.origin !== origin || one.address !== address));
  }

  async ofPerson(address: string): Promise<Permission[]> {
    return (await this.#kept.read()).filter((one) => one.address === address);
  }
}

/** EIP-2255, as both methods that answer with permissions write it. */
export function toEip2255(origin: string, address: string, since: number): object[] {
  const caveats = [{ type: 'restrictReturnedAccounts', value: [address.toLowerCase()] }];
  return [{ id: `${origin}#eth_accounts`, parentCapability: 'eth_accounts', invoker: origin, caveats, date: since }];
}
