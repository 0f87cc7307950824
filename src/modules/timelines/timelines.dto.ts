import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageQuery } from '../../http/pagination/page-query.dto.js';
import { AUTHOR_VIEWS, type AuthorView } from './timelines.ports.js';

export class AuthorTimelineQuery extends PageQuery {
  /** `posts`: originals, reposts and quotes. `with-replies`: originals and replies. */
  @IsOptional()
  @IsIn(AUTHOR_VIEWS)
  @ApiProperty({ enum: AUTHOR_VIEWS, enumName: 'AuthorView', required: false, default: 'posts' })
  view?: AuthorView;
}
