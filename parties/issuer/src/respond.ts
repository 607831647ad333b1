import type { Context } from 'hono';
import { type Alert, codePage, consentPage, emailPage, errorPage, securityHeaders } from './pages.ts';
import { problemOf, type Refused } from './refusal.ts';
import type { Done, SignIn, Step } from './signIn.ts';

/** A program is one that asks for JSON; everyone else gets pages. */
function wantsJson(c: Context): boolean {
  const type = c.req.header('accept') ?? c.req.header('content-type') ?? '';
  return type.includes('application/json');
}

export async function respond(c: Context, signIn: SignIn, outcome: Step | Done): Promise<Response> {
  setHeaders(c, signIn);
  if (wantsJson(c)) return c.json(outcome);
  if (outcome.step === 'done') return c.redirect(outcome.redirectTo, 303);
  // After a form a redirect, so that reloading the page does not send the form again.
  if (c.req.method === 'POST') return c.redirect(`/interaction/${signIn.interaction.uid}`, 303);
  return c.html(stepPage(signIn, outcome));
}

/** Says what was wrong: as problem details, or on the page of the step the person is at. */
export function respondRefusal(
  c: Context,
  refused: Refused,
  signIn?: SignIn,
  step?: Step,
): Response | Promise<Response> {
  setHeaders(c, signIn);
  if (refused.retryAfter !== undefined) c.header('Retry-After', String(refused.retryAfter));
  if (wantsJson(c))
    return c.body(JSON.stringify(problemOf(refused)), refused.status, { 'Content-Type': 'application/problem+json' });
  if (signIn === undefined || step === undefined) return c.html(errorPage(refused.message), refused.status);
  return c.html(stepPage(signIn, step, refused), refused.status);
}

function setHeaders(c: Context, signIn: SignIn | undefined): void {
  const redirect = signIn && new URL(signIn.interaction.params.redirect_uri);
  for (const [name, value] of Object.entries(securityHeaders(redirect))) c.header(name, value);
}

function stepPage({ interaction, app }: SignIn, step: Step, alert?: Alert) {
  switch (step.step) {
    case 'email':
      return emailPage(interaction.uid, app, alert);
    case 'code':
      return codePage(interaction.uid, app, step.email, alert);
    case 'consent':
      return consentPage(interaction.uid, app, step.email, alert);
  }
}
