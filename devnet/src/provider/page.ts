import { createHash } from 'node:crypto';
import type { Account } from './accounts.ts';

const style = `
:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif;--line:light-dark(#d5d9e0,#3c424d)}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:light-dark(#f4f6f9,#14161a);color:light-dark(#1b1f27,#eceef2)}
main{box-sizing:border-box;width:100%;max-width:27rem;padding:2.25rem 2rem;border:1px solid var(--line);border-radius:1.25rem;background:light-dark(#fff,#1d2026)}
h1{font-size:1.375rem;line-height:1.3;margin:0 0 .25rem}
p{margin:0 0 1.5rem;color:light-dark(#565d6b,#a6adba)}
ul{list-style:none;margin:0;padding:0;border-block-start:1px solid var(--line)}
li{border-block-end:1px solid var(--line)}
li button{display:grid;grid-template-columns:2.5rem 1fr;column-gap:.875rem;align-items:center;width:100%;min-height:4rem;padding:.5rem;border:0;background:none;color:inherit;font:inherit;text-align:start;cursor:pointer;border-radius:.5rem}
li button:hover{background:light-dark(#eef2fb,#272c35)}
b{display:grid;place-items:center;width:2.5rem;height:2.5rem;border-radius:50%;background:#3557c9;color:#fff;font-weight:600}
small{display:block;color:light-dark(#565d6b,#a6adba)}
label{display:block;margin:1.5rem 0 .375rem}
input{box-sizing:border-box;width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;border:1px solid #828a99;border-radius:.625rem;background:none;color:inherit}
form.other button,form.abort button{min-height:2.75rem;margin-top:.75rem;padding:.5rem 1.25rem;font:inherit;border:1px solid #828a99;border-radius:.625rem;background:none;color:inherit;cursor:pointer}
form.abort button{border-color:transparent;padding-inline:0;text-decoration:underline}
:focus-visible{outline:3px solid #3b6cf6;outline-offset:2px}
`;

/** No script at all, and no word on windows: like the large providers, it leaves an opener its handle. */
export const pageHeaders: Record<string, string> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'`,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
};

/** Everybody who has an account here, one click each, and a way to add another. */
export function chooserPage(uid: string, app: string, accounts: readonly Account[]): string {
  const rows = accounts.map(
    ({
      sub,
      email,
      name,
    }) => `<li><form method="post" action="/choose/${uid}"><input type="hidden" name="sub" value="${sub}">
<button><b aria-hidden="true">${escaped(name.charAt(0))}</b><span>${escaped(name)}<small>${escaped(email)}</small></span></button></form></li>`,
  );
  return page(
    'Choose an account',
    `<p>to go on to ${escaped(app)}</p>
<ul>${rows.join('\n')}</ul>
<form class="other" method="post" action="/choose/${uid}">
<label for="email">Add another account</label>
<input id="email" name="email" type="email" required maxlength="120" placeholder="name@example.com" autocomplete="off">
<button>Add and go on</button>
</form>
<form class="abort" method="post" action="/choose/${uid}"><input type="hidden" name="abort" value="1"><button>Cancel</button></form>`,
  );
}

export function errorPage(message: string): string {
  return page('This sign-in cannot go on', `<p role="alert">${escaped(message)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Example ID</title><style>${style}</style></head>
<body><main><h1>${title}</h1>
${body}
<p><small>Example ID stands in for a large identity provider, for development: it believes whoever clicks.</small></p>
</main></body></html>`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? '');
