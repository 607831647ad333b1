import type { Person } from '../session/entry.ts';
import type { World } from '../world.ts';

/** Takes back what a site may see, and takes the key of its embedded dialog out of the deed. */
export async function disconnectApp(world: World, person: Person, origin: string): Promise<void> {
  await world.permissions.revoke(origin, person.address);
  const devices = await world.client.devices();
  for (const device of devices) {
    if (device.origin === origin) await world.client.revoke(device.thumbprint);
  }
  world.news.tell('changed');
}
