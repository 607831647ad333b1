import { createHash } from 'node:crypto';
import type { Message } from './messages.ts';

const style = `
:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{max-width:44rem;margin:0 auto;padding:2rem 1rem}
h1{font-size:1.375rem}
h2{font-size:1.0625rem;margin:0}
article{border-block-start:1px solid GrayText;padding-block:1rem}
p{margin:.25rem 0}
pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;margin:.75rem 0 0}
`;

/** No script, nothing from elsewhere: the text of a mail is anyone's. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

/** The mails, newest first; the page reloads itself every three seconds. */
export function mailboxPage(messages: Message[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3">
<title>Local mailbox</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Local mailbox</h1>
<p>For development: mail sent by the parties on this machine arrives here and nowhere else.</p>
${messages.length === 0 ? '<p>No mail yet.</p>' : messages.toReversed().map(article).join('\n')}
</main>
</body>
</html>
`;
}

function article({ to, from, subject, text, at }: Message): string {
  return `<article>
<h2>${escaped(subject) || '(no subject)'}</h2>
<p>To ${escaped(to)}, from ${escaped(from)}, <time datetime="${escaped(at)}">${escaped(at.slice(0, 19).replace('T', ' '))} UTC</time></p>
<pre>${escaped(text)}</pre>
</article>`;
}
