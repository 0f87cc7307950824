import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from './problems.js';

@ApiSchema({ description: 'A field that breaks a rule.' })
export class FieldFaultView {
  @ApiProperty({ type: String, description: 'JSON pointer (RFC 6901) of the field.', example: '/text' })
  pointer!: string;

  @ApiProperty({ type: String, description: 'Stable name of the rule broken.', example: 'too-long' })
  code!: string;

  @ApiProperty({
    type: String,
    description: 'What is wrong and what is allowed.',
    example: 'The text has 800 code points; 777 are allowed.',
  })
  detail!: string;
}

@ApiSchema({ description: 'Why a request was refused or failed, as problem details (RFC 9457).' })
export class Problem {
  @ApiProperty({ type: String, format: 'uri', example: 'urn:posterr:problem:post-not-found' })
  type!: string;

  @ApiProperty({ type: String, example: 'There is no such post' })
  title!: string;

  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599, example: 404 })
  status!: number;

  @ApiProperty({
    enum: Object.keys(PROBLEMS),
    enumName: 'ProblemCode',
    description: 'Stable: programs decide by it.',
  })
  code!: ProblemCode;

  @ApiProperty({
    type: String,
    description: 'What is wrong, for people.',
    example: 'There is no such post, or it was hidden.',
  })
  detail!: string;

  @ApiProperty({
    type: String,
    format: 'uri-reference',
    description: 'Path of the request.',
    example: '/v1/posts/0192b3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
  })
  instance!: string;

  @ApiProperty({
    type: String,
    description: 'As in X-Request-Id: name it when you ask for help.',
    example: '0192b3f7-3c4d-7e5f-9061-7c8d9e0f1a2b',
  })
  requestId!: string;

  @ApiProperty({
    type: FieldFaultView,
    isArray: true,
    maxItems: 50,
    required: false,
    description: 'Only of `validation-failed`.',
  })
  errors?: FieldFaultView[];
}
