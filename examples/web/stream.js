// Reads server-sent events from a response. The browser's own EventSource cannot: it sends no Authorization header.

/**
 * The events of a response as `{type, data, id}`, until it ends; `retry` says after how many milliseconds to come again.
 * Comments, which tell only that the server is there, are skipped. https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* readEvents(response) {
  let event = {};
  for await (const line of readLines(response)) {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (field === 'event') event.type = value;
    else if (field === 'id') event.id = value;
    else if (field === 'retry') yield { type: 'retry', data: Number(value) };
    else if (field === 'data') event.data = event.data === undefined ? value : `${event.data}\n${value}`;
    else if (line === '') {
      if (event.data !== undefined) yield { ...event, data: JSON.parse(event.data) };
      event = {};
    }
  }
}

async function* readLines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split(/\r?\n/);
      // The last one may go on in what comes next.
      rest = lines.pop();
      yield* lines;
    }
  } finally {
    await reader.cancel();
  }
}
