/** One thing looked at. `bad`: something does not work; `note`: it works, and a person should know. */
export interface Finding {
  about: string;
  state: 'good' | 'note' | 'bad';
  says: string;
  /** What to do, where something is to be done. */
  next?: string;
}

export const good = (about: string, says: string): Finding => ({ about, state: 'good', says });
export const note = (about: string, says: string): Finding => ({ about, state: 'note', says });
export const bad = (about: string, says: string, next: string): Finding => ({ about, state: 'bad', says, next });
