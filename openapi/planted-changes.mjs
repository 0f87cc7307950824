// Proves that changes.mjs stops what breaks clients, and only that: plants changes in a copy of the document, one at a time.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { breaking, changesBetween, unmentioned } from './changes.mjs';

const DOCUMENT = path.join(import.meta.dirname, '..', 'openapi.json');
const schemas = (document) => document.components.schemas;
const without = (list, value) => list.splice(list.indexOf(value), 1);

const BREAKING = {
  'a path is gone': ({ paths }) => delete paths['/v1/me/quota'],
  'an operation is gone': ({ paths }) => delete paths['/v1/me/following/{username}'].delete,
  'an operation has another id': ({ paths }) => (paths['/v1/me'].get.operationId = 'getMyself'),
  'an operation needs a token': ({ paths }) => (paths['/v1/users'].get.security = [{ bearer: [] }]),
  'a success has another status': ({ paths: { '/v1/posts': posts } }) => {
    posts.post.responses['200'] = posts.post.responses['201'];
    delete posts.post.responses['201'];
  },
  'an answer has another media type': ({ paths }) => {
    const { content } = paths['/v1/me'].get.responses['200'];
    content['application/xml'] = content['application/json'];
    delete content['application/json'];
  },
  'a header is gone': ({ paths }) => delete paths['/v1/posts'].post.responses['201'].headers.Location,
  'a parameter is gone': ({ paths }) => {
    const { get } = paths['/v1/search/posts'];
    get.parameters = get.parameters.filter(({ name }) => name !== 'author');
  },
  'a parameter is sent in another way': ({ paths }) => (paths['/v1/posts'].get.parameters[0].explode = true),
  'a parameter has another place': ({ components }) => (components.parameters.Since.in = 'header'),
  'a parameter is needed': ({ components }) => (components.parameters.Since.required = true),
  'a parameter allows less': ({ components }) => (components.parameters.Limit.schema.maximum = 50),
  'an enumeration in a request allows less': (document) =>
    without(schemas(document).AuthorView.enum, 'with-replies'),
  'a field of a request is gone': (document) => delete schemas(document).RegisterBody.properties.displayName,
  'a field of a request is needed': (document) => schemas(document).RegisterBody.required.push('displayName'),
  'a field of a request has another form': (document) =>
    (schemas(document).RegisterBody.properties.username.pattern = '^[a-z]+$'),
  'a field of a request allows less': (document) =>
    (schemas(document).RegisterBody.properties.password.minLength = 12),
  'a field of an answer is gone': (document) => {
    delete schemas(document).UserView.properties.dateJoined;
    without(schemas(document).UserView.required, 'dateJoined');
  },
  'a field of an answer that may be missing is gone': (document) =>
    delete schemas(document).UserView.properties.bio,
  'a field of an answer may be missing': (document) =>
    without(schemas(document).UserView.required, 'joinedAt'),
  'a field of an answer has another type': (document) =>
    (schemas(document).UserView.properties.followersCount.type = 'string'),
};

/** With what the changelog must name then. */
const ADDING = {
  'GET /v1/planted': ({ paths }) => {
    paths['/v1/planted'] = { get: { ...paths['/v1/me'].get, operationId: 'getPlanted' } };
  },
  'DELETE /v1/me': ({ paths }) => {
    paths['/v1/me'].delete = { ...paths['/v1/me'].get, operationId: 'plant' };
  },
  Limit: ({ components }) => (components.parameters.Limit.schema.maximum = 200),
  planted: (document) => (schemas(document).UserView.properties.planted = { type: 'string' }),
  'planted-code': (document) => schemas(document).ProblemCode.enum.push('planted-code'),
  plantedFilter: ({ paths }) =>
    paths['/v1/search/posts'].get.parameters.push({
      name: 'plantedFilter',
      in: 'query',
      required: false,
      schema: { type: 'string' },
    }),
};

const folder = mkdtempSync(path.join(tmpdir(), 'posterr-planted-'));
const faults = [];

function changesAfter(plant) {
  const document = JSON.parse(readFileSync(DOCUMENT, 'utf8'));
  plant(document);
  const file = path.join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  return changesBetween(DOCUMENT, file);
}

for (const [name, plant] of Object.entries(BREAKING)) {
  if (breaking(changesAfter(plant)).length === 0) faults.push(`not seen: ${name}`);
}
const subjects = Object.keys(ADDING);
const added = changesAfter((document) => Object.values(ADDING).forEach((plant) => plant(document)));
for (const { path: place } of breaking(added)) faults.push(`taken for breaking: ${place}`);
for (const [mentioned, missing] of [
  [[], subjects],
  [subjects, []],
]) {
  const names = mentioned.map((subject) => `- \`${subject}\`\n`).join('');
  const found = unmentioned(added, `## Unreleased\n\n${names}\n## 1.0.0\n`);
  if (found.toSorted().join() !== missing.toSorted().join()) {
    faults.push(`the changelog must name ${found.join(', ')}, where it has to name ${missing.join(', ')}`);
  }
}
rmSync(folder, { recursive: true });

if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n`);
  process.exitCode = 1;
} else {
  const count = Object.keys(BREAKING).length;
  process.stdout.write(`${count} planted breaks are stopped, ${subjects.length} additions pass\n`);
}
