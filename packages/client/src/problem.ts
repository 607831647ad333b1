/** What problem details (RFC 9457) say, as far as they are there and of a sane size. */
export interface ProblemDetails {
  code: string | null;
  message: string | null;
  hint: string | null;
}

/** Reads problem+json of a party. Never throws: a refusal in another form is a refusal without words. */
export function readProblem(body: Uint8Array): ProblemDetails {
  const fields = body.length <= 16_384 ? parse(body) : {};
  const told = (name: string) => {
    const value = fields[name];
    return typeof value === 'string' && value.length > 0 ? value.slice(0, 300) : null;
  };
  return { code: told('code'), message: told('detail') ?? told('title'), hint: told('hint') };
}

function parse(body: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
