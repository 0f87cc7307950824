import { applyDecorators, Controller, Get, Header, Headers, Req } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type Actor, Authenticated, CurrentUser, OptionallyAuthenticated } from '../../http/current-user.js';
import { Problems } from '../../http/problems.decorator.js';
import { trackerOf } from '../../http/throttling/throttling.js';
import { EventStream } from './event-stream.js';
import { type StreamRequest, StreamTimelines } from './use-cases/stream-timelines.js';

const EXAMPLE = 'AQGNFYp_egBwAIAAAAAAAAAAAAAAb2Zfc29tZV9rZXkt';

/** Answers `text/event-stream` (server-sent events of the HTML standard), and may be resumed. */
const ServerSentEvents = (): MethodDecorator =>
  applyDecorators(
    Header('Content-Type', 'text/event-stream'),
    Header('Cache-Control', 'no-store'),
    // Of nginx: it would wait for the end of the answer.
    Header('X-Accel-Buffering', 'no'),
    ApiHeader({
      name: 'Last-Event-ID',
      description:
        'The id of the last event that was read: what came after it is told first. Where that cannot be, an event `reset` comes instead.',
      required: false,
      schema: { type: 'string', example: EXAMPLE },
    }),
    ApiOkResponse({
      description: 'Events as they happen, and comments that keep the connection alive.',
      content: {
        'text/event-stream': {
          schema: { type: 'string' },
          example: `event: post\nid: ${EXAMPLE}\ndata: {"id":"0192b3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f", ...}\n\n`,
        },
      },
    }),
    Problems('too-many-streams'),
  );

@ApiTags('streams')
@Controller('v1')
export class StreamsController {
  constructor(private readonly streams: StreamTimelines) {}

  /**
   * Your home timeline and your notifications, as they happen
   *
   * Server-sent events: `post` (data: a Post), `notification` (data: a Notification) and `reset` (something was missed
   * that cannot be told: read the lists again). The stream ends with the access token: connect again with a new one and
   * `Last-Event-ID`.
   */
  @Get('stream')
  @Authenticated()
  @ServerSentEvents()
  openHome(
    @CurrentUser() { id }: Actor,
    @Req() request: FastifyRequest,
    @Headers('last-event-id') lastEventId?: string,
  ): Promise<EventStream> {
    if (request.method === 'HEAD') return nothing();
    return this.streams.ofReader({ ...asked(request, lastEventId), readerId: id });
  }

  /**
   * Everybody's posts but replies, as they happen
   *
   * Server-sent events: `post` (data: a Post, as everybody sees it) and `reset` (something was missed that cannot be told:
   * read the timeline again).
   */
  @Get('streams/public')
  @OptionallyAuthenticated()
  @ServerSentEvents()
  openPublic(
    @Req() request: FastifyRequest,
    @Headers('last-event-id') lastEventId?: string,
  ): Promise<EventStream> {
    if (request.method === 'HEAD') return nothing();
    return this.streams.everybodys(asked(request, lastEventId));
  }
}

/** To who asks for the headers only. */
async function nothing(): Promise<EventStream> {
  const stream = new EventStream();
  stream.end();
  return stream;
}

function asked(request: FastifyRequest, lastEventId: string | undefined): StreamRequest {
  return { client: trackerOf(request), until: request.actor?.tokenExpiresAt, lastEventId };
}
