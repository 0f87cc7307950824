// Makes the Postman collection of openapi.json. It is made on demand: kept in the repository it would be as long as the
// document again, and say nothing of its own.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import converter from 'openapi-to-postmanv2';

export const COLLECTION = path.join(import.meta.dirname, 'posterr.postman_collection.json');
const DOCUMENT = path.join(import.meta.dirname, '..', 'openapi.json');
const VARIABLES = {
  baseUrl: 'http://localhost:3000',
  bearerToken: '',
  refreshToken: '',
  username: 'Grace',
  postId: '0192b3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
  notificationId: '0192b3f6-2b3c-7d4e-8f50-6b7c8d9e0f1a',
};
/** Where variables stand for the examples of the document. */
const PARAMETERS = { id: 'postId', ids: 'postId', username: 'username' };
const FIELDS = { refreshToken: 'refreshToken', lastReadId: 'notificationId' };

/** Keeps the tokens that an answer brings, and the newest notification, for the requests that follow. */
const KEEP = `
const body = pm.response.headers.get('Content-Type')?.includes('json') ? pm.response.json() : {};
if (body.tokens) {
  pm.collectionVariables.set('bearerToken', body.tokens.accessToken);
  pm.collectionVariables.set('refreshToken', body.tokens.refreshToken);
}
if (body.unreadCount !== undefined && body.items?.length > 0) {
  pm.collectionVariables.set('notificationId', body.items[0].id);
}
pm.test('succeeds', () => pm.expect(pm.response.code).to.be.below(400));
`;

const { result, reason, output } = await promisify(converter.convertV2.bind(converter))(
  { type: 'string', data: readFileSync(DOCUMENT, 'utf8') },
  {
    folderStrategy: 'Tags',
    parametersResolution: 'Example',
    enableOptionalParameters: false,
    includeAuthInfoInExample: false,
  },
);
if (!result) throw new Error(reason);

const collection = output[0].data;
// The description has no other place to be read than the document itself.
delete collection.info.description;
collection.variable = Object.entries(VARIABLES).map(([key, value]) => ({ key, value, type: 'string' }));
collection.event = [{ listen: 'test', script: { type: 'text/javascript', exec: KEEP.trim().split('\n') } }];
for (const folder of collection.item) {
  for (const item of folder.item) {
    const { url, body } = item.request;
    for (const parameter of [...url.query, ...url.variable]) {
      const variable = PARAMETERS[parameter.key];
      if (variable) parameter.value = `{{${variable}}}`;
    }
    if (body?.raw) {
      for (const [field, variable] of Object.entries(FIELDS)) {
        body.raw = body.raw.replace(new RegExp(`("${field}": )"[^"]*"`), `$1"{{${variable}}}"`);
      }
    }
    // One example of success says more than a dozen of refusals, which the document has.
    item.response = item.response.filter(({ code }) => code < 300);
  }
}
name(collection, 'posterr');
writeFileSync(COLLECTION, `${JSON.stringify(collection, null, 1)}\n`);

/** Ids that are the same each time, so that importing a new version replaces the old one. */
function name(node, place) {
  const hash = createHash('sha256').update(place).digest('hex');
  const id = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  if (node.info) node.info._postman_id = id;
  if ('id' in node) node.id = id;
  for (const child of [...(node.item ?? []), ...(node.response ?? [])]) name(child, `${place}/${child.name}`);
}
