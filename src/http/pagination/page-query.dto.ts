import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';

/** Which part of a list to answer. `Pages` judges the values. */
export class PageQuery {
  @IsOptional()
  @IsString()
  @ApiProperty({
    type: 'integer',
    format: 'int32',
    minimum: 1,
    maximum: 100,
    required: false,
    example: 10,
    description: 'Most items of the page. Each list has its own default.',
  })
  limit?: string;

  @IsOptional()
  @IsString()
  @ApiProperty({
    type: String,
    required: false,
    pattern: '^[A-Za-z0-9_-]{44}$',
    example: 'AAGNFYp_egBwAIAAAAAAAAAAAAAAb2Zfc29tZV9rZXkt',
    description:
      '`page.next` or `page.prev` of a former page of this list, with the same filters. Any `limit` is good.',
  })
  cursor?: string;

  @IsOptional()
  @IsString()
  @ApiProperty({
    type: String,
    required: false,
    example: '2026-03-01',
    description:
      'Nothing older: an instant with its offset (RFC 3339, inclusive), or a date that means that whole UTC day.',
  })
  since?: string;

  @IsOptional()
  @IsString()
  @ApiProperty({
    type: String,
    required: false,
    example: '2026-03-25T09:30:00Z',
    description:
      'Nothing newer: an instant with its offset (RFC 3339, exclusive), or a date that means that whole UTC day (inclusive).',
  })
  until?: string;
}
