// Writes formats/: the JSON Schemas of the files Prosodia reads, for whoever reads them without zod. After a build:
// node scripts/file-formats.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { modelCardSchema } from '../dist/model-card.js';
import { voiceProfileSchema } from '../dist/voice-profile.js';

const FORMATS = { 'model-card': modelCardSchema, 'voice-profile': voiceProfileSchema };

const folder = new URL('../formats/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(FORMATS)) {
  const text = JSON.stringify(z.toJSONSchema(schema, { reused: 'ref' }), null, 2);
  writeFileSync(new URL(`${name}.schema.json`, folder), `${text}\n`);
}
