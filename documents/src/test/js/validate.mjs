// Judges emitted documents by tools that others wrote: node validate.mjs FOLDER SCHEMAS
// FOLDER holds NAME.openapi.json, NAME.swagger.json, NAME.apiProperties.json; SCHEMAS those of Power Platform.
// Prints what is wrong, a line each, and ends with 1 if anything is.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SwaggerParser from '@apidevtools/swagger-parser';
import Draft4 from 'ajv-draft-04';
import Ajv from 'ajv';
import JSON5 from 'json5';

const [folder, schemas] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const bin = (name) => join(here, 'node_modules', '.bin', name);
const files = (end) => readdirSync(folder).filter((name) => name.endsWith(end)).map((name) => join(folder, name));
const problems = [];
let judged = 0;

const check = (validate, file) => {
  judged++;
  if (!validate(JSON.parse(readFileSync(file, 'utf8')))) {
    // A oneOf gives an error for each of its ways: the deepest say what is meant.
    const errors = validate.errors.toSorted((a, b) => b.instancePath.length - a.instancePath.length).slice(0, 5);
    for (const error of errors) problems.push(`${file} ${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`);
  }
};

const read = (name) => JSON5.parse(readFileSync(join(schemas, name), 'utf8'));
const connector = new Draft4({ strict: false, validateFormats: false }).compile(read('apiDefinition.swagger.schema.json'));
for (const file of files('.swagger.json')) check(connector, file);

const { id, ...properties } = read('paconn-apiProperties.schema.json'); // draft-07 calls it $id
const policies = new Ajv({ strict: false, validateFormats: false }).compile(properties);
for (const file of files('.apiProperties.json')) check(policies, file);

for (const file of [...files('.swagger.json'), ...files('.openapi.json')]) {
  judged++;
  try {
    await SwaggerParser.validate(file);
  } catch (error) {
    problems.push(`${file}: swagger-parser: ${error.message}`);
  }
}

const tool = (name, args) => {
  judged++;
  try {
    execFileSync(bin(name), args, {
      cwd: here,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' },
    });
  } catch (error) {
    problems.push(`${name}: ${error.stdout}${error.stderr}`);
  }
};
tool('redocly', ['lint', '--config', 'redocly.yaml', '--format', 'stylish', ...files('.openapi.json')]);
tool('spectral', ['lint', '--ruleset', 'certification.yaml', '--fail-severity', 'warn', ...files('.swagger.json')]);
tool('spectral', ['lint', '--ruleset', 'api-management.yaml', '--fail-severity', 'warn', ...files('.openapi.json')]);

for (const problem of problems) console.log(problem);
console.log(`${judged} checks, ${problems.length} problems`);
process.exit(problems.length === 0 && judged > 0 ? 0 : 1);
