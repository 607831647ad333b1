/** Options that every command has. */
export interface Common {
  home: string;
  device: string;
}

/** How a command that ran to its end went: a verification may find that something does not hold. */
export interface Outcome {
  failed: boolean;
}
