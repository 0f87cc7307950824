import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, Authenticated, CurrentUser } from '../../http/current-user.js';
import { rfc3339 } from '../../shared/clock.js';
import { QuotaView } from './posts.dto.js';
import { ReadQuota } from './use-cases/read-quota.js';

@ApiTags('posts')
@Controller('v1/me/quota')
export class QuotaController {
  constructor(private readonly reading: ReadQuota) {}

  /**
   * How many posts you may still publish today (UTC)
   *
   * Posts of all kinds count, refused requests and replays do not. Publishing operations say the same in
   * `RateLimit`.
   */
  @Get()
  @Authenticated()
  async getQuota(@CurrentUser() actor: Actor): Promise<QuotaView> {
    const { limit, used, resetsAt } = await this.reading.execute({ userId: actor.id });
    return {
      ...(limit > 0 && { limit, remaining: Math.max(limit - used, 0) }),
      used,
      resetsAt: rfc3339(resetsAt),
    };
  }
}
