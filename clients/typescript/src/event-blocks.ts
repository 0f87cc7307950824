/** One block of a stream of server-sent events. Without `data` it is no event, but its `id` counts all the same. */
export interface EventBlock {
  readonly event?: string;
  readonly id?: string;
  readonly data?: string;
  /** Milliseconds to wait before connecting again. */
  readonly retry?: number;
}

/**
 * Reads server-sent events as https://html.spec.whatwg.org/multipage/server-sent-events.html says. Parsers of packages, and
 * EventSource, tell nothing of ids that come without an event, which is where a quiet stream goes on.
 */
export async function* eventBlocks(body: ReadableStream<Uint8Array>): AsyncGenerator<EventBlock> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let lines: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A CR at the end may be half of a CRLF.
      const parts = rest.split(/\r\n|\n|\r(?!$)/);
      rest = parts.pop() ?? '';
      for (const line of parts) {
        if (line !== '') lines.push(line);
        else if (lines.length > 0) {
          yield blockOf(lines);
          lines = [];
        }
      }
    }
  } finally {
    await reader.cancel();
  }
}

function blockOf(lines: readonly string[]): EventBlock {
  const fields = lines.map((line) => {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line) ?? [];
    return { name, value };
  });
  const last = (name: string): string | undefined => fields.findLast((field) => field.name === name)?.value;
  const [event, id, retry] = [last('event'), last('id'), last('retry')];
  const data = fields.filter(({ name }) => name === 'data').map(({ value }) => value);
  return {
    ...(event !== undefined && { event }),
    ...(id !== undefined && { id }),
    ...(data.length > 0 && { data: data.join('\n') }),
    ...(retry !== undefined && /^\d+$/.test(retry) && { retry: Number(retry) }),
  };
}
