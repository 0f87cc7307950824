import { gzipSync } from 'node:zlib';
import type { Sent } from './wire.ts';

const LONGEST_INLINE = 4_000;

/** A command of bash that sends the same request. What is in `secrets` is left to a variable of the shell. */
export function curlOf(
  base: string,
  { method, target, headers, body }: Sent,
  secrets: readonly string[],
): string {
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
  for (const secret of secrets) command = command.replaceAll(secret, `'"$ADMIN_TOKEN"'`);
  return command;
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
