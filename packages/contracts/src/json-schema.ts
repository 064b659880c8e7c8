/** A JSON Schema (draft 2020-12), of which `matches` knows a part. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Says nothing about a value. */
const NOTES: ReadonlySet<string> = new Set(['$schema', '$defs', 'default', 'title', 'description', 'id']);

type Rule = (value: unknown, wanted: unknown, schema: JsonSchema, root: JsonSchema) => boolean;

const RULES: Readonly<Record<string, Rule>> = {
  $ref: (value, wanted, _, root) => matches(value, definition(root, wanted as string), root),
  type: (value, wanted) => isOfType(value, wanted as string),
  const: (value, wanted) => value === wanted,
  enum: (value, wanted) => (wanted as unknown[]).includes(value),
  oneOf: (value, wanted, _, root) =>
    (wanted as JsonSchema[]).filter((one) => matches(value, one, root)).length === 1,
  anyOf: (value, wanted, _, root) => (wanted as JsonSchema[]).some((one) => matches(value, one, root)),
  minimum: (value, wanted) => (value as number) >= (wanted as number),
  maximum: (value, wanted) => (value as number) <= (wanted as number),
  exclusiveMinimum: (value, wanted) => (value as number) > (wanted as number),
  minLength: (value, wanted) => (value as string).length >= (wanted as number),
  maxLength: (value, wanted) => (value as string).length <= (wanted as number),
  pattern: (value, wanted) => new RegExp(wanted as string).test(value as string),
  minItems: (value, wanted) => (value as unknown[]).length >= (wanted as number),
  maxItems: (value, wanted) => (value as unknown[]).length <= (wanted as number),
  items: (value, wanted, _, root) =>
    (value as unknown[]).every((item) => matches(item, wanted as JsonSchema, root)),
  required: (value, wanted) => (wanted as string[]).every((name) => Object.hasOwn(value as object, name)),
  properties: (value, wanted, _, root) =>
    Object.entries(wanted as Record<string, JsonSchema>).every(
      ([name, property]) =>
        !Object.hasOwn(value as object, name) ||
        matches((value as Record<string, unknown>)[name], property, root),
    ),
  propertyNames: (value, wanted, _, root) =>
    Object.keys(value as object).every((name) => matches(name, wanted as JsonSchema, root)),
  additionalProperties: (value, wanted, { properties = {} }, root) =>
    Object.entries(value as object).every(
      ([name, property]) =>
        Object.hasOwn(properties as object, name) ||
        (wanted !== false && matches(property, wanted as JsonSchema, root)),
    ),
};

/**
 * Whether a value that came out of JSON is what a schema describes.
 *
 * For a quick yes: a keyword that is not known here is a no, and so is one of another type than `type` says.
 */
export function matches(value: unknown, schema: JsonSchema, root: JsonSchema = schema): boolean {
  const { type } = schema;
  if (type !== undefined && !isOfType(value, type as string)) return false;
  return Object.entries(schema).every(([keyword, wanted]) => {
    if (NOTES.has(keyword)) return true;
    const rule = Object.hasOwn(RULES, keyword) ? RULES[keyword] : undefined;
    return rule?.(value, wanted, schema, root) ?? false;
  });
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value);
    case 'string':
    case 'boolean':
      return typeof value === type;
    case 'number':
      return Number.isFinite(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'null':
      return value === null;
    default:
      return false;
  }
}

/** Of `#/$defs/name`. */
function definition(root: JsonSchema, reference: string): JsonSchema {
  const definitions = root.$defs as Readonly<Record<string, JsonSchema>> | undefined;
  return definitions?.[reference.slice('#/$defs/'.length)] ?? { unknown: reference };
}
