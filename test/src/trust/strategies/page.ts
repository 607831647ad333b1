import type { Attack, Haul } from '../attack.ts';

/** Serves a changed page to somebody whose browser keeps a release that was allowed. */
export async function changePageOfPinned({ world }: Attack): Promise<Haul> {
  const visit = await world.page?.pinnedVisit();
  if (visit === undefined) return {};
  return { keys: visit.drawn, of: visit.address, given: visit.changed ? ['the run of a changed page'] : [] };
}

/** Serves a changed page to somebody who was never there before. */
export async function changePageOfFirst({ world, half }: Attack): Promise<Haul> {
  const visit = await world.page?.firstVisit(half);
  return visit === undefined ? {} : { keys: visit.drawn, of: visit.address };
}

/** Asks the person's wallet from a site of its own; the person agrees to nothing. */
export async function askWithoutApproval({ world, half }: Attack): Promise<Haul> {
  const answers = (await world.page?.askUnapproved(half)) ?? [];
  return { given: answers.filter(({ error }) => error === undefined).map(({ id }) => `an answer to ${id}`) };
}
