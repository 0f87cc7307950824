import type { Type } from '@nestjs/common';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ description: 'How to go on from a page. The `Link` header carries the same.' })
export class PageInfo {
  @ApiProperty({
    type: String,
    required: false,
    description: 'Cursor of the next page. Left out exactly when `hasMore` is false.',
    example: 'AAGNFYp_egBwAIAAAAAAAAAAAAAAb2Zfc29tZV9rZXkt',
  })
  next?: string;

  @ApiProperty({
    type: String,
    description: 'Cursor of what is newer than the page, now or later: poll with it.',
    example: 'AQGNFYp_egBwAIAAAAAAAAAAAAAAb2Zfc29tZV9rZXkt',
  })
  prev!: string;

  @ApiProperty({ type: Boolean, description: 'False exactly at the end of the list.', example: false })
  hasMore!: boolean;
}

/** A page of a list, as it is answered. */
export interface PageBody<View> {
  items: View[];
  page: PageInfo;
}

/** The base class that describes pages of `view`. */
export function pageOf<View extends object>(view: Type<View>): Type<PageBody<View>> {
  class PageOf implements PageBody<View> {
    @ApiProperty({ type: view, isArray: true })
    items!: View[];

    @ApiProperty({ type: PageInfo })
    page!: PageInfo;
  }
  return PageOf;
}
