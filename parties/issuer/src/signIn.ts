import type { Interaction } from 'oidc-provider';

/** One sign-in under way: the library's interaction, and which app asked. */
export interface SignIn {
  interaction: Interaction;
  app: string;
}

/** What the person has to do next. */
export type Step =
  | { step: 'email'; app: string }
  | { step: 'code'; app: string; email: string; triesLeft: number }
  | { step: 'consent'; app: string; email: string };

/** The person is done; the user agent follows `redirectTo` with its cookies. */
export interface Done {
  step: 'done';
  redirectTo: string;
}
