import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { errors, type Interaction, type InteractionResult, type Provider } from 'oidc-provider';
import type { Account, Accounts } from './accounts.ts';
import { chooserPage, errorPage, pageHeaders } from './page.ts';
import { scopesOf } from './provider.ts';

const maxBodyBytes = 1_024;

/** `/choose/UID`: the chooser, and the one click on it, which is sign-in and consent at once. */
export async function choose(
  provider: Provider,
  accounts: Accounts,
  self: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const interaction = await interactionOf(provider, request, response);
  if (interaction === null) return show(response, 404, errorPage('It has ended, or was begun in another browser.'));
  const client = await provider.Client.find(interaction.params.client_id);
  if (request.method !== 'POST') {
    return show(response, 200, chooserPage(interaction.uid, client?.clientName ?? '', accounts.all()));
  }
  // A page elsewhere that signs this person in as somebody of its own choosing.
  if (request.headers.origin !== self) return show(response, 403, errorPage('This came from another site.'));
  const result = await resultOf(provider, accounts, interaction, await fieldsOf(request));
  if (result === null) return show(response, 400, errorPage('There is no such account.'));
  const location = await provider.interactionResult(request, response, result);
  response.writeHead(303, { location }).end();
}

async function resultOf(
  provider: Provider,
  accounts: Accounts,
  interaction: Interaction,
  fields: URLSearchParams,
): Promise<InteractionResult | null> {
  if (fields.has('abort')) return { error: 'access_denied', error_description: 'the person cancelled' };
  const account = chosen(accounts, fields);
  if (account === undefined) return null;
  await endSessionOfAnother(provider, interaction, account.sub);
  const grant = new provider.Grant({ accountId: account.sub, clientId: interaction.params.client_id });
  grant.addOIDCScope(scopesOf(interaction.params.scope));
  return { login: { accountId: account.sub, amr: ['pwd'] }, consent: { grantId: await grant.save() } };
}

function chosen(accounts: Accounts, fields: URLSearchParams): Account | undefined {
  const email = fields.get('email')?.trim().toLowerCase() ?? '';
  return /^[^@\s<>"]{1,64}@[a-z0-9.-]{1,64}$/.test(email) ? accounts.add(email) : accounts.of(fields.get('sub') ?? '');
}

/** The library would end it with a page that needs script. */
async function endSessionOfAnother(provider: Provider, interaction: Interaction, sub: string): Promise<void> {
  const { session } = interaction;
  if (session?.uid === undefined || session.accountId === sub) return;
  await (await provider.Session.findByUid(session.uid))?.destroy();
  interaction.session = undefined;
  await interaction.persist();
}

async function interactionOf(provider: Provider, request: IncomingMessage, response: ServerResponse) {
  try {
    const interaction = await provider.interactionDetails(request, response);
    return request.url === `/choose/${interaction.uid}` ? interaction : null;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return null;
    throw error;
  }
}

async function fieldsOf(request: IncomingMessage): Promise<URLSearchParams> {
  if (Number(request.headers['content-length'] ?? Number.NaN) > maxBodyBytes) return new URLSearchParams();
  return new URLSearchParams(await text(request));
}

function show(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, pageHeaders).end(page);
}
