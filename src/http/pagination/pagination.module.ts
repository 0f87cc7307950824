import { Global, Module } from '@nestjs/common';
import { CursorKey, SharedCursorKey } from './cursor-key.js';
import { Pages } from './pages.js';

@Global()
@Module({
  providers: [Pages, { provide: CursorKey, useClass: SharedCursorKey }],
  exports: [Pages],
})
export class PaginationModule {}
