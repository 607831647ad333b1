interface Cookie {
  name: string;
  value: string;
  path: string;
}

/** One sign-in's cookies at one issuer, each with its path (RFC 6265, 5.1.4). Forgotten when the sign-in is done. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  /** Takes what an answer set. A cookie set to a time past is gone. */
  take(response: Response, url: URL): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      if (at <= 0) continue;
      const cookie = { name: pair.slice(0, at), value: pair.slice(at + 1), path: pathOf(attributes, url) };
      const key = `${cookie.name} ${cookie.path}`;
      if (isPast(attributes)) this.#cookies.delete(key);
      else this.#cookies.set(key, cookie);
    }
  }

  /** The Cookie header for an address, longer paths first. */
  headerFor(url: URL): string {
    return [...this.#cookies.values()]
      .filter(({ path }) => matches(url.pathname, path))
      .sort((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }
}

function pathOf(attributes: string[], url: URL): string {
  const given = attribute(attributes, 'path');
  if (given?.startsWith('/')) return given;
  const folder = url.pathname.slice(0, url.pathname.lastIndexOf('/'));
  return folder === '' ? '/' : folder;
}

function isPast(attributes: string[]): boolean {
  const age = attribute(attributes, 'max-age');
  if (age !== undefined) return Number(age) <= 0;
  const expires = attribute(attributes, 'expires');
  return expires !== undefined && Date.parse(expires) <= Date.now();
}

function attribute(attributes: string[], name: string): string | undefined {
  const found = attributes.find((one) => one.toLowerCase().startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

const matches = (pathname: string, path: string): boolean =>
  pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
