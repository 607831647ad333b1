import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { type Bundle, bundle, type Sources } from './bundle.ts';
import { type Descriptors, registryDescriptors } from './descriptors.ts';
import { documentFor, icon } from './html.ts';
import { pageConfig } from './input.ts';
import { measure, type Release, writeRelease } from './release.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

/** The wallet's page as its source lies here. */
export const walletSources: Sources = {
  root: resolve(import.meta.dirname, '..', '..', '..'),
  surfaces: {
    account: 'parties/wallet/src/surfaces/account.ts',
    approve: 'parties/wallet/src/surfaces/approve.ts',
    dialog: 'parties/wallet/src/surfaces/dialog.ts',
  },
  worker: 'parties/wallet/src/worker/main.ts',
};

export interface BuildPageOptions {
  /** The operator's input file's content: see {@link pageConfig}. */
  input: unknown;
  /** Where to write the release; left out, it is only built. */
  out?: string;
  sources?: Sources;
  /** ERC-7730 descriptors to ship; null: none. Default: the registry's, as packages/clear-signing pins it. */
  descriptors?: Descriptors | null;
}

/**
 * Builds a release of the wallet's page: code, documents, configuration, descriptors, and the manifest over all of them. The same
 * sources and input give the same hash everywhere. Throws BuildError.
 */
export async function buildPage(options: BuildPageOptions): Promise<Release> {
  const { input, out, sources = walletSources } = options;
  const descriptors = options.descriptors === undefined ? await registryDescriptors() : options.descriptors;
  const { config, chains, connect } = pageConfig(input, descriptors?.index ?? null);
  const code = await bundle(sources);
  const files = new Map([
    ...code.files,
    ...documents(code),
    ...(descriptors?.files ?? []),
    ['/config.json', utf8(config)],
    ['/chains.json', utf8(chains)],
  ]);
  const release = measure(files, connect);
  if (out !== undefined) writeRelease(release, out);
  return release;
}

function documents({ surfaces, files }: Bundle): [string, Uint8Array][] {
  const drawn = utf8(icon);
  const iconPath = `/assets/icon.${createHash('sha256').update(drawn).digest('hex').slice(0, 8)}.svg`;
  const document = (title: string, surface: Bundle['surfaces']['account']) =>
    utf8(documentFor(title, surface, iconPath, files));
  return [
    [iconPath, drawn],
    ['/account.html', document('Symbolon', surfaces.account)],
    ['/approve.html', document('Symbolon: approve', surfaces.approve)],
    ['/dialog.html', document('Symbolon: approve', surfaces.dialog)],
  ];
}
