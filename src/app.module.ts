import { type DynamicModule, Module } from '@nestjs/common';
import { AdaptersModule } from './adapters/adapters.module.js';
import type { Config } from './config.js';
import { EventsModule } from './events/events.module.js';
import { HttpModule } from './http/http.module.js';
import { AccountsModule } from './modules/accounts/accounts.module.js';
import { FollowsModule } from './modules/follows/follows.module.js';
import { NotificationsModule } from './modules/notifications/notifications.public.js';
import { PostsModule } from './modules/posts/posts.public.js';
import { SearchModule } from './modules/search/search.module.js';
import { StreamsModule } from './modules/streams/streams.module.js';
import { TimelinesModule } from './modules/timelines/timelines.module.js';
import { UsersModule } from './modules/users/users.public.js';

@Module({})
export class AppModule {
  static async for(config: Config): Promise<DynamicModule> {
    return {
      module: AppModule,
      imports: [
        await AdaptersModule.for(config),
        EventsModule,
        HttpModule,
        AccountsModule,
        UsersModule,
        FollowsModule,
        PostsModule,
        TimelinesModule,
        NotificationsModule,
        SearchModule,
        StreamsModule,
      ],
    };
  }
}
