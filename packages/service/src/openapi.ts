import { type ConversionConfig, type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import type { Route } from './route.ts';

type Json = { readonly [key: string]: unknown };

/**
 * The route table as an OpenAPI 3.1 description. Byte strings are `{type: string, format: binary}` and stand for CBOR byte
 * strings where the media type is CBOR.
 */
export function openapi(routes: readonly Route[], party: string, version: string): Json {
  const components: Record<string, JsonSchema> = {};
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:([a-z0-9._-]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, components) };
  }
  return {
    openapi: '3.1.0',
    info: { title: `Symbolon ${party}`, version },
    paths,
    components: { schemas: { ...components, Problem: problemSchema } },
  };
}

function operation(route: Route, components: Record<string, JsonSchema>): Json {
  const id = `${route.method.toLowerCase()}${route.path.replace(/[^a-z0-9]+/g, '-')}`;
  const describe = (schema: GenericSchema, part: string) => jsonSchema(schema, `${id}.${part}`, components);
  const { request, answer } = route;
  return {
    operationId: id,
    summary: route.summary,
    ...(request.in === 'query'
      ? { parameters: parameters(route.path, describe(request.schema, 'query')) }
      : {
          requestBody: {
            required: true,
            description: `At most ${request.maxBytes} bytes.`,
            content: { [request.mediaType]: { schema: describe(request.schema, 'body') } },
          },
        }),
    responses: {
      200: { description: 'Done.', content: { [answer.mediaType]: { schema: describe(answer.schema, 'answer') } } },
      default: {
        description: 'Refused (RFC 9457); `code` is stable.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function parameters(path: string, { properties = {}, required = [] }: JsonSchema): Json[] {
  return Object.entries(properties).map(([name, schema]) => {
    const inPath = path.split('/').includes(`:${name}`);
    return { name, in: inPath ? 'path' : 'query', required: inPath || required.includes(name), schema };
  });
}

// A recursive schema brings definitions of its own; they move to the document's components.
function jsonSchema(schema: GenericSchema, id: string, components: Record<string, JsonSchema>): JsonSchema {
  const {
    $schema: _,
    $defs = {},
    ...rest
  } = toJsonSchema(schema, {
    ...conversion,
    overrideRef: ({ referenceId }) => `#/components/schemas/${id}.${referenceId}`,
  });
  for (const [name, definition] of Object.entries($defs)) {
    if (typeof definition === 'object') components[`${id}.${name}`] = definition;
  }
  return rest;
}

const conversion: ConversionConfig = {
  target: 'draft-2020-12',
  typeMode: 'input',
  errorMode: 'ignore',
  overrideSchema: ({ valibotSchema }) => {
    if (valibotSchema.type === 'instance') return { type: 'string', format: 'binary' };
    if (valibotSchema.type === 'bigint') return { type: 'integer' };
    return undefined;
  },
};

const problemSchema: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    hint: { type: 'string' },
  },
};
