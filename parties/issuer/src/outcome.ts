import type { HttpBindings } from '@hono/node-server';
import type { Interaction, Provider } from 'oidc-provider';
import { SCOPES } from './provider.ts';
import type { Done } from './signIn.ts';

type Exchange = Pick<HttpBindings, 'incoming' | 'outgoing'>;

/**
 * Ends a sign-in well: `proven` is the account whose mailbox was just proven, undefined where the person
 * goes on in the session they have.
 *
 * Each sign-in gets a grant of its own. A replayed refresh token revokes its grant, and must end that one
 * device's sign-in and not the others'.
 */
export async function finishSignIn(
  provider: Provider,
  { incoming, outgoing }: Exchange,
  interaction: Interaction,
  proven: string | undefined,
): Promise<Done> {
  const accountId = proven ?? interaction.session?.accountId;
  if (accountId === undefined) throw new Error('a sign-in ended without an account');
  if (proven !== undefined) await endOtherSession(provider, interaction, proven);

  const grant = new provider.Grant({ accountId, clientId: interaction.params.client_id });
  const requested = new Set(interaction.params.scope?.split(' '));
  grant.addOIDCScope(SCOPES.filter((scope) => requested.has(scope)).join(' '));
  const consent = { grantId: await grant.save() };

  const login = proven === undefined ? {} : { login: { accountId: proven, amr: ['otp'] } };
  return { step: 'done', redirectTo: await provider.interactionResult(incoming, outgoing, { ...login, consent }) };
}

/** Ends a sign-in that the person does not want: the app is told `access_denied`. */
export async function refuseSignIn(provider: Provider, { incoming, outgoing }: Exchange): Promise<Done> {
  const refusal = { error: 'access_denied', error_description: 'the person cancelled the sign-in' };
  return { step: 'done', redirectTo: await provider.interactionResult(incoming, outgoing, refusal) };
}

/** Another person at this browser: their session ends first (the library would do it with a page that needs script). */
async function endOtherSession(provider: Provider, interaction: Interaction, accountId: string): Promise<void> {
  const { session } = interaction;
  if (session?.uid === undefined || session.accountId === accountId) return;
  await (await provider.Session.findByUid(session.uid))?.destroy();
  interaction.session = undefined;
  await interaction.persist();
}
