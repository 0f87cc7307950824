import { type EventBlock, eventBlocks } from '../src/event-blocks.js';

async function read(text: string, size: number): Promise<EventBlock[]> {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
  const blocks: EventBlock[] = [];
  for await (const block of eventBlocks(body)) blocks.push(block);
  return blocks;
}

describe('server-sent events', () => {
  const text = [
    '\uFEFFretry: 3000\nid: a\n\n',
    'event: post\nid: b\ndata: {"text":\ndata:"é"}\n\n',
    ': still here\nid: c\n\n',
    'data\n\nretry: soon\ndata: x\n\n',
    'event: post\ndata: cut off\n',
  ].join('');
  const blocks = [
    { retry: 3000, id: 'a' },
    { event: 'post', id: 'b', data: '{"text":\n"é"}' },
    { id: 'c' },
    { data: '' },
    { data: 'x' },
  ];

  it.each([1, 2, 3, 1_000])('are read however they are cut, %d bytes at a time', async (size) => {
    expect(await read(text, size)).toEqual(blocks);
  });

  it.each(['\r\n', '\r'])('may have other ends of lines: %j', async (end) => {
    for (const size of [1, 7, 1_000]) expect(await read(text.replaceAll('\n', end), size)).toEqual(blocks);
  });
});
