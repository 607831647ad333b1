/** One thing looked at. `bad`: something does not work; `note`: it works, and a person should know. */
export interface Finding {
  about: string;
  state: 'good' | 'note' | 'bad';
  says: string;
  /** What to do, where something is to be done. */
  next?: string;
}

/** What did not answer at all. What to do about it depends on what else is down. */
export interface Silent {
  about: string;
  url: string;
}

export const isSilent = (one: Finding | Silent): one is Silent => 'url' in one;

export const good = (about: string, says: string): Finding => ({ about, state: 'good', says });
export const note = (about: string, says: string): Finding => ({ about, state: 'note', says });
export const bad = (about: string, says: string, next: string): Finding => ({ about, state: 'bad', says, next });
