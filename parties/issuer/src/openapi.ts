const problem = {
  description: 'Refused (RFC 9457); `code` is stable.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
const step = {
  description: 'What comes next.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Step' } } },
};
const uid = { name: 'uid', in: 'path', required: true, schema: { type: 'string' } };
const text = { type: 'string' };

function post(summary: string, fields: Record<string, object>) {
  const schema = { type: 'object', properties: fields, required: Object.keys(fields), additionalProperties: false };
  const content = { 'application/json': { schema }, 'application/x-www-form-urlencoded': { schema } };
  return { post: { summary, parameters: [uid], requestBody: { content }, responses: { 200: step, default: problem } } };
}

/** The sign-in steps. The OIDC endpoints describe themselves at /.well-known/openid-configuration. */
export const openapi = {
  openapi: '3.1.0',
  info: { title: 'Symbolon issuer', version: '1' },
  externalDocs: { url: '/.well-known/openid-configuration', description: 'The OIDC endpoints' },
  paths: {
    '/interaction/{uid}': {
      get: { summary: 'Which step is next', parameters: [uid], responses: { 200: step, default: problem } },
    },
    '/interaction/{uid}/email': post('Send a code to this mailbox', { email: { type: 'string', maxLength: 254 } }),
    '/interaction/{uid}/code': post('Prove the mailbox by its code', {
      code: { type: 'string', pattern: '^[0-9]{6}$' },
    }),
    '/interaction/{uid}/consent': post('Go on as the person already signed in', {}),
    '/interaction/{uid}/abort': post('Cancel; the app is told access_denied', {}),
    '/healthz': { get: { summary: 'The process lives', responses: { 200: { description: 'It does.' } } } },
    '/readyz': { get: { summary: 'The store can be reached', responses: { 200: { description: 'It can.' } } } },
    '/metrics': { get: { summary: 'Prometheus metrics', responses: { 200: { description: 'As text.' } } } },
  },
  components: {
    schemas: {
      Step: {
        oneOf: [
          { properties: { step: { const: 'email' }, app: text }, required: ['step', 'app'] },
          {
            properties: { step: { const: 'code' }, app: text, email: text, triesLeft: { type: 'integer' } },
            required: ['step', 'app', 'email', 'triesLeft'],
          },
          { properties: { step: { const: 'consent' }, app: text, email: text }, required: ['step', 'app', 'email'] },
          { properties: { step: { const: 'done' }, redirectTo: text }, required: ['step', 'redirectTo'] },
        ],
      },
      Problem: {
        type: 'object',
        properties: {
          type: text,
          title: text,
          status: { type: 'integer' },
          code: text,
          detail: text,
          hint: text,
          triesLeft: { type: 'integer' },
          retryAfter: { type: 'integer', description: 'seconds' },
        },
        required: ['type', 'title', 'status', 'code'],
      },
    },
  },
};
