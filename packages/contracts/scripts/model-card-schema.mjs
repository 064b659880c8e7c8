// Writes model-card.schema.json, what a model card is for whoever reads one without zod: after a build, `node scripts/model-card-schema.mjs`.
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { modelCardSchema } from '../dist/index.js';

const schema = z.toJSONSchema(modelCardSchema, { reused: 'ref' });
writeFileSync(new URL('../model-card.schema.json', import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
