import { Global, Module } from '@nestjs/common';
import { CursorKey } from './cursor-key.js';
import { Pages } from './pages.js';
import { SharedCursorKey } from './shared-cursor-key.js';

@Global()
@Module({
  providers: [Pages, { provide: CursorKey, useClass: SharedCursorKey }],
  exports: [Pages, CursorKey],
})
export class PaginationModule {}
