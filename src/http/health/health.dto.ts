import { ApiSchema } from '@nestjs/swagger';
@ApiSchema({ description: 'Whether all is well.' })
export class HealthView {
  /** @example 'ok' */
  status!: string;
}
