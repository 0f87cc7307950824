import { IsOptional, IsString, Length } from 'class-validator';
import { PageQuery } from '../../http/pagination/page-query.dto.js';

export class SearchQuery extends PageQuery {
  /**
   * 1 to 100 characters.
   * @example 'analytical eng*'
   */
  @IsString()
  @Length(1, 100)
  q!: string;
}

export class SearchPostsQuery extends SearchQuery {
  /**
   * Only posts of this user. Of a user who does not exist there are none.
   * @example 'Ada'
   */
  @IsOptional()
  @IsString()
  author?: string;
}
