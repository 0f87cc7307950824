import { gzipSync } from 'node:zlib';
import type { Sent } from './wire.ts';

const LONGEST_INLINE = 4_000;
const PLACE = /\{\{([A-Z_]+)\}\}/g;

/** What must not be told, by the variable of the shell that is to hold it instead. */
export type Secrets = Readonly<Record<string, string>>;

/** A command of bash that sends the same request. */
export function curlOf(base: string, sent: Sent, secrets: Secrets): string {
  const { method, target, headers, body } = hiding(sent, secrets);
  const words = ['curl', '-sS', '-i', '--path-as-is', '-g'];
  if (method === 'HEAD') words.push('-I');
  else if (method !== 'GET' || body) words.push('-X', quoted(method));
  words.push(quoted(base + target));
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value].flat())
      words.push('-H', quoted(one === '' ? `${name};` : `${name}: ${one}`, 'latin1'));
  }
  if (body && headers['content-type'] === undefined) words.push('-H', quoted('Content-Type:'));
  let command = words.join(' ');
  if (body && (body.length > LONGEST_INLINE || body.includes(0))) {
    const packed = gzipSync(body).toString('base64');
    command = `echo ${packed} | base64 -d | gunzip | ${command} --data-binary @-`;
  } else if (body) command += ` --data-binary ${quoted(body)}`;
  return command.replace(PLACE, `'"$$$1"'`);
}

/** The same with a place for each secret, in the form that it has in a header or in JSON. */
function hiding(sent: Sent, secrets: Secrets): Sent {
  const hide = (text: string): string =>
    Object.entries(secrets).reduce(
      (left, [name, secret]) =>
        [secret, JSON.stringify(secret).slice(1, -1)].reduce(
          (one, form) => one.replaceAll(form, `{{${name}}}`),
          left,
        ),
      text,
    );
  const headers = Object.entries(sent.headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? hide(value) : value,
  ]);
  return {
    ...sent,
    headers: Object.fromEntries(headers) as Sent['headers'],
    ...(sent.body && { body: Buffer.from(hide(sent.body.toString('latin1')), 'latin1') }),
  };
}

function quoted(text: string | Buffer, encoding: BufferEncoding = 'utf8'): string {
  const bytes = typeof text === 'string' ? Buffer.from(text, encoding) : text;
  const plain = bytes.toString('latin1');
  if (/^[\w./:=-]+$/.test(plain)) return plain;
  if (/^[ -~]*$/.test(plain)) return `'${plain.replaceAll("'", `'\\''`)}'`;
  const escaped = plain.replace(/[^ -~]|['\\]/g, (one) => {
    const hex = one.charCodeAt(0).toString(16).padStart(2, '0');
    return `\\x${hex}`;
  });
  return `$'${escaped}'`;
}
