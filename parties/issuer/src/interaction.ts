import type { HttpBindings } from '@hono/node-server';
import type { Logger } from '@symbolon/service';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { errors, type Interaction, type Provider } from 'oidc-provider';
import * as v from 'valibot';
import { type Accounts, normaliseEmail } from './accounts.ts';
import { addressOf } from './address.ts';
import { MAX_BODY_BYTES, readFields } from './body.ts';
import type { Codes, Verdict } from './codes.ts';
import type { IssuerConfig } from './config.ts';
import type { IssuerCounters } from './counters.ts';
import type { MailLimits } from './limits.ts';
import type { Mailer } from './mail.ts';
import { finishSignIn, refuseSignIn } from './outcome.ts';
import { Refused } from './refusal.ts';
import { respond, respondRefusal } from './respond.ts';
import type { Done, SignIn, Step } from './signIn.ts';

export interface InteractionParts {
  config: IssuerConfig;
  provider: Provider;
  accounts: Accounts;
  codes: Codes;
  limits: MailLimits;
  mailer: Mailer;
  log: Logger;
  counted: IssuerCounters;
}

type Ctx = Context<{ Bindings: HttpBindings }>;

const emailFields = v.strictObject({
  email: v.pipe(
    v.string(),
    v.maxLength(254),
    v.transform(normaliseEmail),
    v.string('is not an e-mail address this issuer can send to'),
  ),
});
const codeFields = v.strictObject({
  code: v.pipe(
    v.string(),
    v.maxLength(16),
    v.transform((text) => text.replaceAll(' ', '')),
    v.regex(/^[0-9]{6}$/, 'is six digits'),
  ),
});
const noFields = v.strictObject({});

/**
 * The steps between an app's authorisation request and its answer: e-mail, code, or one click where the
 * browser is signed in already. The same endpoints serve a browser's forms and a program's JSON.
 */
export function createInteraction(parts: InteractionParts): Hono<{ Bindings: HttpBindings }> {
  const { config, provider, accounts, codes, limits, mailer, log, counted } = parts;
  const address = (c: Ctx) => addressOf(c.env.incoming, config.behindProxy);

  async function askEmail(c: Ctx, { interaction, app }: SignIn): Promise<Step> {
    const { email } = await readFields(c, emailFields);
    // Nothing below knows whether the mailbox has an account, so no answer and no delay can tell.
    const booking = limits.book(email, address(c));
    if (!booking.booked) throw tooManyMails(booking.retryAfter);
    const issued = codes.issue(interaction.uid, email);
    if (issued === undefined) throw dead();
    await mailer.sendCode({ to: email, code: issued.code, app, minutes: Math.round(config.codeTtlSeconds / 60) });
    counted.codesSent.add(1);
    return { step: 'code', app, email, triesLeft: issued.triesLeft };
  }

  async function checkCode(c: Ctx, signIn: SignIn): Promise<Done> {
    const { code } = await readFields(c, codeFields);
    const email = provenEmail(codes.verify(signIn.interaction.uid, code));
    limits.recordSignIn(email, address(c));
    counted.signIns.add(1);
    return finishSignIn(provider, c.env, signIn.interaction, accounts.ofProvenEmail(email));
  }

  async function consent(c: Ctx, signIn: SignIn): Promise<Done> {
    await readFields(c, noFields);
    const { prompt, session } = signIn.interaction;
    if (prompt.name !== 'consent' || session?.accountId === undefined) {
      throw new Refused(409, 'code-required', 'This sign-in needs a code.', 'Ask for one with your e-mail address.');
    }
    return finishSignIn(provider, c.env, signIn.interaction, undefined);
  }

  async function abort(c: Ctx): Promise<Done> {
    await readFields(c, noFields);
    return refuseSignIn(provider, c.env);
  }

  async function current(_c: Ctx, { interaction, app }: SignIn): Promise<Step> {
    const pending = codes.pending(interaction.uid);
    if (pending) return { step: 'code', app, ...pending };
    const email = interaction.session?.accountId && accounts.emailOf(interaction.session.accountId);
    if (interaction.prompt.name === 'consent' && email) return { step: 'consent', app, email };
    return { step: 'email', app };
  }

  const step = (act: (c: Ctx, signIn: SignIn) => Promise<Step | Done>) => async (c: Ctx) => {
    const signIn = await open(c);
    try {
      return await respond(c, signIn, await act(c, signIn));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      counted.refusals.add(1, error.code);
      if (error.status === 503) log.error('mail-failed', {}, error);
      return respondRefusal(c, error, signIn, await current(c, signIn));
    }
  };

  async function open(c: Ctx): Promise<SignIn> {
    const interaction = await interactionOf(c);
    // The cookie says which sign-in this browser is in; the address must say the same.
    if (interaction === undefined || interaction.uid !== c.req.param('uid')) {
      throw new Refused(404, 'no-such-sign-in', 'This sign-in has ended or is not from this browser.', 'Begin again.');
    }
    const client = await provider.Client.find(interaction.params.client_id);
    return { interaction, app: client?.clientName ?? interaction.params.client_id };
  }

  async function interactionOf(c: Ctx): Promise<Interaction | undefined> {
    try {
      return await provider.interactionDetails(c.env.incoming, c.env.outgoing);
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return undefined;
      throw error;
    }
  }

  const routes = new Hono<{ Bindings: HttpBindings }>();
  routes.use(refuseForeignForms(config.url));
  routes.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: () => Promise.reject(tooLarge()) }));
  routes.get('/:uid', step(current));
  routes.post('/:uid/email', step(askEmail));
  routes.post('/:uid/code', step(checkCode));
  routes.post('/:uid/consent', step(consent));
  routes.post('/:uid/abort', step(abort));
  return routes;
}

/** A page elsewhere that posts into a sign-in under way, to end it in an account of its own choosing. */
function refuseForeignForms(self: string) {
  return async (c: Ctx, next: () => Promise<void>) => {
    const origin = c.req.header('origin');
    if (c.req.method === 'POST' && origin !== undefined && origin !== self) {
      throw new Refused(403, 'foreign-origin', 'This request came from another site.', 'Begin again in the app.');
    }
    await next();
  };
}

function provenEmail(verdict: Verdict): string {
  switch (verdict.outcome) {
    case 'right':
      return verdict.email;
    case 'wrong': {
      const { triesLeft } = verdict;
      const hint = `Look again: ${triesLeft} ${triesLeft === 1 ? 'try' : 'tries'} left.`;
      throw new Refused(422, 'wrong-code', 'That is not the code.', hint, { triesLeft });
    }
    case 'expired':
      throw new Refused(410, 'code-expired', 'The code has expired.', 'Ask for another one.');
    case 'not_sent':
      throw new Refused(409, 'code-not-sent', 'No code is waiting in this sign-in.', 'Ask for one.');
    case 'dead':
      throw dead();
  }
}

function dead(): Refused {
  const hint = 'Go back to the app and begin again.';
  return new Refused(410, 'too-many-tries', 'This sign-in had too many wrong codes.', hint, { triesLeft: 0 });
}

function tooManyMails(retryAfter: number): Refused {
  const wait = `Use the last code, or try again in ${Math.ceil(retryAfter / 60)} min.`;
  return new Refused(429, 'too-many-codes', 'Too many codes were asked for.', wait, { retryAfter });
}

function tooLarge(): Refused {
  return new Refused(413, 'body-too-large', `The body is over ${MAX_BODY_BYTES} bytes.`, 'Send the fields alone.');
}
