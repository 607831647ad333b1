import * as v from 'valibot';
import type { App } from '../model.ts';

const appSchema = v.object({
  id: v.string(),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(60)),
  icon: v.nullable(v.pipe(v.string(), v.maxLength(24_000), v.regex(/^data:image\/(png|webp);base64,[0-9A-Za-z+/=]+$/))),
  origins: v.array(v.string()),
  chains: v.array(v.string()),
});
const answerSchema = v.object({ apps: v.array(appSchema) });

/** ms */
const timeout = 4_000;

/** What the operator's registry says of an asking origin. `chains` null: every chain of the wallet. */
export interface Registered {
  id: string;
  app: App;
  chains: string[] | null;
}

/**
 * Looks an origin up at the cloud. An origin that is not registered, or a registry that does not answer, gives null: then a
 * person sees the bare origin, with a warning, and never a name that nobody vouches for.
 */
export async function lookUp(cloudUrl: string, origin: string, fetcher: typeof fetch): Promise<Registered | null> {
  try {
    const url = new URL('/v1/apps', cloudUrl);
    url.searchParams.set('origin', origin);
    const response = await fetcher(url, {
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    });
    if (!response.ok) return null;
    const { apps } = v.parse(answerSchema, await response.json());
    const found = apps.find((app) => app.origins.includes(origin));
    if (found === undefined) return null;
    const { id, name, icon, chains } = found;
    return { id, app: { origin, name, icon }, chains: chains.length === 0 ? null : chains };
  } catch {
    return null;
  }
}
