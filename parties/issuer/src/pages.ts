import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';

/** The pages hold no script, so a policy that allows none costs nothing. */
const style = `
:root{color-scheme:light dark;font:1.0625rem/1.5 system-ui,sans-serif}
body{margin:0;display:grid;place-items:center;min-height:100vh}
main{box-sizing:border-box;width:100%;max-width:26rem;padding:2rem}
h1{font-size:1.375rem;line-height:1.3;margin:0 0 1rem}
label{display:block;margin:1.25rem 0 .375rem}
input{box-sizing:border-box;width:100%;font:inherit;padding:.625rem .75rem;border:1px solid;border-radius:.5rem}
input[name=code]{font-size:1.5rem;letter-spacing:.3em;font-variant-numeric:tabular-nums}
button{font:inherit;padding:.625rem 1.25rem;margin-top:1rem;border:1px solid;border-radius:.5rem;cursor:pointer}
button.plain{border-color:transparent;background:none;text-decoration:underline;padding-inline:0}
:focus-visible{outline:3px solid Highlight;outline-offset:2px}
.alert{border-inline-start:4px solid #c0262d;padding-inline-start:.75rem}
small{display:block;margin-top:1.5rem}
`;
const styleHash = createHash('sha256').update(style).digest('base64');

type Page = ReturnType<typeof html>;

export interface Alert {
  message: string;
  hint: string;
}

/**
 * @param redirect where the app's redirect leads: browsers apply form-action to the redirects after a form too,
 *   so the last hop of the sign-in has to be named
 */
export function securityHeaders(redirect?: URL): Record<string, string> {
  const target = redirect === undefined ? '' : ` ${redirect.origin === 'null' ? redirect.protocol : redirect.origin}`;
  return {
    'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'${target}; frame-ancestors 'none'; base-uri 'none'`,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    // Not no-referrer: it would make browsers send `Origin: null` with the forms, and that header is checked.
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  };
}

function page(title: string, body: Page) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body><main>
<h1>${title}</h1>
${body}
</main></body>
</html>
`;
}

function alertBox(alert: Alert | undefined) {
  return alert && html`<p class="alert" role="alert">${alert.message} ${alert.hint}</p>`;
}

function abortForm(uid: string) {
  return html`<form method="post" action="/interaction/${uid}/abort"><button class="plain">Cancel and go back</button></form>`;
}

export function emailPage(uid: string, app: string, alert?: Alert) {
  return page(
    `Sign in to ${app}`,
    html`${alertBox(alert)}
<form method="post" action="/interaction/${uid}/email">
<label for="email">Your e-mail address</label>
<input id="email" name="email" type="email" required maxlength="254" autocomplete="email" autofocus>
<button>Send me a code</button>
</form>
${abortForm(uid)}`,
  );
}

export function codePage(uid: string, app: string, email: string, alert?: Alert) {
  return page(
    `Sign in to ${app}`,
    html`${alertBox(alert)}
<p>A code was sent to <strong>${email}</strong>.</p>
<form method="post" action="/interaction/${uid}/code">
<label for="code">The six digits of the code</label>
<input id="code" name="code" inputmode="numeric" pattern="[0-9 ]{6,7}" required maxlength="7" autocomplete="one-time-code" autofocus aria-describedby="never">
<button>Sign in</button>
</form>
<form method="post" action="/interaction/${uid}/email">
<input type="hidden" name="email" value="${email}">
<button class="plain">Send another code</button>
</form>
${abortForm(uid)}
<small id="never">Enter the code on this page only. Nobody will ever ask you for it.</small>`,
  );
}

export function consentPage(uid: string, app: string, email: string, alert?: Alert) {
  return page(
    `Continue to ${app}`,
    html`${alertBox(alert)}
<p>You are signed in as <strong>${email}</strong>.</p>
<form method="post" action="/interaction/${uid}/consent"><button autofocus>Continue to ${app}</button></form>
<form method="post" action="/interaction/${uid}/email">
<label for="email">Or use another e-mail address</label>
<input id="email" name="email" type="email" required maxlength="254" autocomplete="email">
<button>Send me a code</button>
</form>
${abortForm(uid)}`,
  );
}

export function errorPage(message: string) {
  return page(
    'This sign-in cannot go on',
    html`<p role="alert">${message}</p><p>Go back to the app and begin again.</p>`,
  );
}
